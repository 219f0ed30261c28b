import type {
  ArrivalsEvent,
  Bound,
  CampaignEvent,
  HostMemory,
  MemoryEvent,
  RoundEvent,
} from "../../campaign-files/events.js";
import type { SandboxConfig } from "../cri/grpc/client.js";
import type { SandboxRole } from "../cri/labels.js";
import type { MemorySnapshot } from "../host/memory-snapshot.js";
import type { MicroTools } from "../micro/micro-tools.js";
import type { RoundTools } from "../round/observe.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { CampaignSandboxes } from "../sandboxes/campaign-sandboxes.js";
import type { Slot } from "./cell.js";
import type { ExperimentSettings } from "./settings.js";

/** A visit to a cell, with its run and its rounds. */
export interface Visit {
  readonly settings: ExperimentSettings;
  readonly slot: Slot;
  /** The run folder's name. */
  readonly run: string;
  readonly runtime: RuntimeDeclaration;
  /** The rounds that are still missing. */
  readonly missing: readonly number[];
  /** Number of the runtime's sandboxes for which the machine has room, by the plan; null if unknown. */
  readonly room: number | null;
}

/** The tools of a visit. Everything that it does outside the program goes through them. */
export interface VisitTools extends RoundTools {
  readonly sandboxes: CampaignSandboxes;
  readonly memory: MemoryTools;
  readonly micro: MicroTools;
  readonly headroom: HeadroomTools;
  /** Whether the windows of one runtime and rate together meet the objective of their settings, for `--rate search`. */
  readonly holds: (settings: ExperimentSettings, windows: readonly ArrivalsEvent[]) => boolean | "undecided";
  /** Returns the windows of an open loop that a run has measured, in order. */
  windowsOf(run: string): readonly ArrivalsEvent[];
  /** Interrupts the campaign. */
  readonly signal: AbortSignal;
  /** Runs the `prepare` command. */
  runCommand(command: string, signal: AbortSignal): Promise<NonNullable<RoundEvent["prepare"]>>;
  /**
   * Sets a runtime's nominal guest memory.
   *
   * @returns the guests' true memory in MB; null without a guest
   */
  setGuestMemory(runtime: RuntimeDeclaration, nominalMb: number): Promise<number | null>;
  /** Appends an event to the campaign's journal. */
  append(event: CampaignEvent): void;
  /** Writes a file of the campaign's folder. */
  write(file: string, content: string): void;
  /** Reports the current activity: `round 3`, `background`, `snapshot`. */
  report(doing: string): void;
}

/** The limited resources that a ramp watches. */
export interface HeadroomTools {
  bounds(): readonly Bound[];
  /**
   * Makes the kernel spare rund-lab and the engine if memory runs out.
   *
   * @returns a function that undoes it
   */
  protect(): () => void;
}

/** The readers of memory for the memory experiment. */
export interface MemoryTools {
  snapshot(
    runtime: RuntimeDeclaration,
    ids: readonly string[],
    cell: { readonly memoryMb: number; readonly density: number },
  ): MemorySnapshot;
  /** PSS of the service's own process; null if it cannot be found. */
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
  const { cgroupParent, seccomp } = settings;
  return {
    ...request,
    ...(cgroupParent === undefined ? {} : { cgroupParent }),
    ...(seccomp === true ? { seccomp } : {}),
  };
}

/** Returns the requests for one round of a visit, one for each client. */
export const roundRequests = (
  sandboxes: CampaignSandboxes,
  visit: Visit,
  round: number,
  clients: number,
  warmup: boolean,
): readonly SandboxConfig[] =>
  Array.from({ length: clients }, (_, index) =>
    visitRequest(sandboxes, visit, round, index + 1, warmup ? "warmup" : "test"),
  );

/** Measures a visit's warm-up rounds, then its missing rounds, one after another. */
export async function eachRound(
  { settings, missing }: Visit,
  measure: (round: number, warmup: boolean) => Promise<void>,
): Promise<void> {
  for (let n = 1; n <= settings.warmup; n++) await measure(n, true);
  for (const round of missing) await measure(round, false);
}

/**
 * Begins one round: reports it and runs the `prepare` command.
 *
 * @returns the result of the command; null without one
 * @throws the signal's reason if it is aborted
 */
export async function beginRound(
  { settings }: Visit,
  tools: VisitTools,
  doing: string,
): Promise<RoundEvent["prepare"]> {
  tools.signal.throwIfAborted();
  tools.report(doing);
  return settings.prepare === null ? null : tools.runCommand(settings.prepare, tools.signal);
}

/** Returns the time in UTC, as ISO 8601. */
export const now = (): string => new Date().toISOString();
