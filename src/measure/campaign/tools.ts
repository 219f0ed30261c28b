import type { HostMemory, MemoryEvent } from "../../campaign-files/events.js";
import type { MemorySnapshot } from "../host/memory-snapshot.js";
import type { RoundTools } from "../round/round.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { CampaignEnvironment } from "./environment.js";

/** What a campaign works with. Everything it does to the world goes through here. */
export interface CampaignTools extends RoundTools {
  readonly network: "NODE" | "POD";
  readonly memory: MemoryTools;
  readonly environment: CampaignEnvironment;
  /** The service's own log of requests; null where it cannot be read. */
  readonly serviceLog: { mark(): void; skewOf(uids: readonly string[]): number | null } | null;
  /** Runs the `prepare` command. */
  runCommand(command: string, signal: AbortSignal): Promise<{ readonly ms: number; readonly exitCode: number }>;
  report(progress: CampaignProgress): void;
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

/** Where a campaign is. */
export interface CampaignProgress {
  readonly runtime: string;
  readonly experiment: string;
  readonly density: number;
  readonly concurrency: number | null;
  readonly memoryMb: number | null;
  /** What is being done: `round 3`, `background`, `snapshot`. */
  readonly doing: string;
  /** Rounds and snapshots done, of all. */
  readonly done: number;
  readonly of: number;
}
