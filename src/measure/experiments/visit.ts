import type { ArrivalsEvent, Bound, CampaignEvent, HostMemory, MemoryEvent } from "../../campaign-files/events.js";
import type { SandboxConfig } from "../cri/grpc/client.js";
import type { SandboxRole } from "../cri/labels.js";
import type { MemorySnapshot } from "../host/memory-snapshot.js";
import type { MicroTools } from "../micro/micro-tools.js";
import type { RoundTools } from "../round/observe.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { CampaignSandboxes } from "../sandboxes/campaign-sandboxes.js";
import type { Slot } from "./cell.js";
import type { ExperimentSettings } from "./settings.js";

/** A visit to a cell, with everything that belongs to it. */
export interface Visit {
  readonly settings: ExperimentSettings;
  readonly slot: Slot;
  /** The run folder's name. */
  readonly run: string;
  readonly runtime: RuntimeDeclaration;
  /** The rounds still to be measured. */
  readonly missing: readonly number[];
  /** Sandboxes of the runtime that the machine has room for, by the plan; null if it was not asked for. */
  readonly room: number | null;
}

/** What a visit works with. Everything it does to the world goes through here. */
export interface VisitTools extends RoundTools {
  readonly sandboxes: CampaignSandboxes;
  readonly memory: MemoryTools;
  readonly micro: MicroTools;
  /** The service's own log of requests; null where it cannot be read. */
  readonly serviceLog: ServiceLogTools | null;
  readonly headroom: HeadroomTools;
  /** Judges the rates of a search. */
  readonly holds: (settings: ExperimentSettings, windows: readonly ArrivalsEvent[]) => boolean | "undecided";
  /** Returns the windows of an open loop that a run has measured, in order. */
  windowsOf(run: string): readonly ArrivalsEvent[];
  /** Interrupts the campaign. */
  readonly signal: AbortSignal;
  /** Runs the `prepare` command. */
  runCommand(command: string, signal: AbortSignal): Promise<{ readonly ms: number; readonly exitCode: number }>;
  /** Sets a runtime's nominal guest memory. @returns MB the guests really have; null without a guest */
  setGuestMemory(runtime: RuntimeDeclaration, nominalMb: number): Promise<number | null>;
  /** Appends an event to the campaign's journal. */
  append(event: CampaignEvent): void;
  /** Writes a file of the campaign's folder. */
  write(file: string, content: string): void;
  /** Reports what is being done: `round 3`, `background`, `snapshot`. */
  report(doing: string): void;
}

/** The service's own log, as a round reads it. */
export interface ServiceLogTools {
  mark(): void;
  skewOf(uids: readonly string[]): number | null;
}

/** What a ramp must not use up. */
export interface HeadroomTools {
  bounds(): readonly Bound[];
  /** Makes the kernel spare this program and the engine when memory ends. @returns what undoes it */
  protect(): () => void;
}

/** Memory as the memory experiment reads it. */
export interface MemoryTools {
  snapshot(
    runtime: RuntimeDeclaration,
    ids: readonly string[],
    cell: { readonly memoryMb: number; readonly density: number },
  ): MemorySnapshot;
  /** PSS of the service's own process; null where it cannot be found. */
  enginePssKiB(): number | null;
  host(): HostMemory;
  settings(): MemoryEvent["kernel"];
}

/** Returns the request for one sandbox of a visit. */
export function visitRequest(
  sandboxes: CampaignSandboxes,
  { settings, slot, runtime }: Pick<Visit, "settings" | "slot" | "runtime">,
  round: number,
  client: number,
  role: SandboxRole,
): SandboxConfig {
  const { experiment } = settings;
  const { density, concurrency } = slot;
  const network = settings.network === "pod" ? "POD" : "NODE";
  const cell = { experiment, runtime: runtime.id, density, concurrency: concurrency ?? density };
  const request = sandboxes.request(runtime.handler, network, { ...cell, round, client, role });
  return settings.cgroupParent === undefined ? request : { ...request, cgroupParent: settings.cgroupParent };
}

/** Returns the time in UTC, ISO 8601. */
export const now = (): string => new Date().toISOString();
