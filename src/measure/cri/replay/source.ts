import { quantileR7 } from "../../../model/quantile.js";

/**
 * The recording that the replay server needs. The command line builds it from a dataset, because measure/ does not import
 * analysis/.
 */
export interface ReplaySource {
  /** The dataset's name, as clients see it in the service's status. */
  readonly name: string;
  /** The runtime handlers that it can play; any other is an unknown handler. */
  readonly handlers: readonly string[];
  /** Returns a cell's recorded complete rounds, in any order; empty if the cell was not recorded. Called once per cell. */
  rounds(cell: ReplayCell): readonly RecordedRound[];
}

/** A point of a start experiment's grid. */
export interface ReplayCell {
  readonly handler: string;
  readonly experiment: string;
  readonly density: number;
  readonly concurrency: number;
}

/** One recorded round: the time of the answer to each of its clients. */
export interface RecordedRound {
  /** The round's number in the recording. */
  readonly round: number;
  /**
   * One number per client: milliseconds from the round's first request until this client's sandbox is ready, so that the largest
   * is the round's makespan. In any order; the server uses them in seeded order.
   */
  readonly answersMs: readonly number[];
}

/**
 * Estimates a round's answers from its makespan and its cell's latency distribution: client i of n takes the quantile at
 * (i − ½)/n, linearly interpolated, and all are scaled so that the last is the makespan.
 *
 * @param quantiles latency at evenly spaced probabilities, the first at 0 and the last at 1; at least two, ascending
 * @param makespanMs the recorded round's makespan
 * @param clients the round's clients, at least 1
 * @returns `clients` values in milliseconds, ascending
 * @example answersFromQuantiles([0, 50, 100], 80, 1) // [80]
 * @example answersFromQuantiles([0, 50, 100], 150, 2) // [50, 150]
 */
export function answersFromQuantiles(quantiles: readonly number[], makespanMs: number, clients: number): number[] {
  const latencies = Array.from({ length: clients }, (_, client) => quantileR7(quantiles, (client + 0.5) / clients));
  const longest = latencies.at(-1)!;
  return latencies.map(latency => (longest > 0 ? (latency / longest) * makespanMs : makespanMs));
}
