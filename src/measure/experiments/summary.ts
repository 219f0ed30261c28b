import type { CampaignEvent, FailedStage, RoundFlag } from "../../campaign-files/events.js";
import type { Experiment } from "../../model/experiment.js";
import { groupBy } from "../../model/group-by.js";

/** The results of one cell of a campaign. */
export interface CellSummary {
  readonly run: string;
  readonly runtime: string;
  readonly experiment: Experiment;
  readonly density: number;
  readonly concurrency: number | null;
  readonly memoryMb: number | null;
  /** Offered starts per second; undefined except in an open loop. */
  readonly rate?: number;
  /** Number of complete rounds, or of snapshots. */
  readonly rounds: number;
  readonly partial: number;
  readonly attempted: number;
  readonly failed: number;
  /** Whether more than 5 % of the cold starts failed, so that the others no longer represent the runtime. */
  readonly unreliable: boolean;
  /** Mean makespan of the complete rounds; null in the memory experiment, and if no round is complete. */
  readonly makespanMs: number | null;
  /** Number of sandboxes by which the memory is divided; null except in the memory experiment. */
  readonly sandboxes: number | null;
  /** Whether memory was stable before it was read; null except in the memory experiment. */
  readonly settled: boolean | null;
  /** Mean PSS per sandbox; null except in the memory experiment. */
  readonly pssKiB: number | null;
  /** The decrease of the host's available memory per sandbox, as a cross-check; null except in the memory experiment. */
  readonly hostKiB: number | null;
  /** The kernel's memory per sandbox in slabs, page tables, stacks and per-processor data, which PSS does not include. */
  readonly kernelKiB: number | null;
  /** The cell's result in words: `makespan 84.2 ms`. */
  readonly result: string;
  /** The message of the first cold start that failed; null if none did. */
  readonly firstFailure: string | null;
  /** The stage in which it failed; undefined if no sandbox has a container. */
  readonly failedStage?: FailedStage;
  /** The largest share of a round in which some task waited for a disk; null if it was not measured. */
  readonly diskShare: number | null;
  /** Number of rounds with each flag. */
  readonly flags: Readonly<Partial<Record<RoundFlag | "late", number>>>;
}

/** The values of fields that most experiments do not have. */
export const emptySummary = {
  density: 0,
  concurrency: null,
  memoryMb: null,
  makespanMs: null,
  sandboxes: null,
  settled: null,
  pssKiB: null,
  hostKiB: null,
  kernelKiB: null,
  partial: 0,
  failed: 0,
  unreliable: false,
  firstFailure: null,
  diskShare: null,
  flags: {},
};

/** Returns the number of rounds with each flag. */
export function countFlags(rounds: readonly { readonly flags: readonly (keyof CellSummary["flags"])[] }[]) {
  const flags = groupBy(
    rounds.flatMap(round => round.flags),
    flag => flag,
  );
  return Object.fromEntries([...flags].map(([flag, all]) => [flag, all.length])) as CellSummary["flags"];
}

/** Whether an event is a round of this kind that counts; warm-up rounds do not. */
export const isCounted = <Kind extends "round" | "arrivals" | "operations" | "io">(
  event: CampaignEvent,
  kind: Kind,
): event is Extract<CampaignEvent, { readonly event: Kind }> =>
  event.event === kind && "warmup" in event && !event.warmup;

/** Whether too many cold starts failed for the others to represent the runtime. */
export const isUnreliable = (failed: number, attempted: number): boolean => failed > 0.05 * attempted;
