import type { FailedStage, RoundFlag } from "../../campaign-files/events.js";
import type { Experiment } from "../../model/experiment.js";

/** What a campaign has measured of one cell. */
export interface CellSummary {
  readonly run: string;
  readonly runtime: string;
  readonly experiment: Experiment;
  readonly density: number;
  readonly concurrency: number | null;
  readonly memoryMb: number | null;
  /** Offered starts per second; left out except in an open loop. */
  readonly rate?: number;
  /** Complete rounds, or snapshots. */
  readonly rounds: number;
  readonly partial: number;
  readonly attempted: number;
  readonly failed: number;
  /** More than 5 % of the cold starts failed: the others no longer represent the runtime. */
  readonly unreliable: boolean;
  /** Mean makespan of the complete rounds; null in the memory experiment, and if no round is complete. */
  readonly makespanMs: number | null;
  /** Sandboxes that the memory is divided by; null except in the memory experiment. */
  readonly sandboxes: number | null;
  /** Whether memory was stable before it was read; null except in the memory experiment. */
  readonly settled: boolean | null;
  /** Mean PSS per sandbox; null except in the memory experiment. */
  readonly pssKiB: number | null;
  /** The fall of the host's available memory per sandbox, as a cross-check; null except in the memory experiment. */
  readonly hostKiB: number | null;
  /** The part of it that the kernel keeps in slabs, page tables, stacks and per-processor data, which PSS leaves out. */
  readonly kernelKiB: number | null;
  /** The cell's result for people: `makespan 84.2 ms`. */
  readonly result: string;
  /** The message of the first cold start that failed; null if none did. */
  readonly firstFailure: string | null;
  /** The stage in which it failed; left out where no sandbox has a container. */
  readonly failedStage?: FailedStage;
  /** The largest share of a round in which some task waited for a disk; null if it was not measured. */
  readonly diskShare: number | null;
  /** Rounds that carry each flag. */
  readonly flags: Readonly<Partial<Record<RoundFlag, number>>>;
}

/** Whether too many cold starts failed for the others to represent the runtime. */
export const isUnreliable = (failed: number, attempted: number): boolean => failed > 0.05 * attempted;
