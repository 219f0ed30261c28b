import { counted } from "../model/counted.js";
import type { Dataset } from "./datasets/dataset.js";

/** A cell whose starts were spread over time, unlike in a closed loop, where all clients start together. */
interface OpenLoopCell {
  readonly run: string;
  readonly density: number;
  readonly concurrency: number;
  readonly rounds: number;
  /** Number of rounds whose start skew is above a fifth of the makespan. */
  readonly spread: number;
}

const largestShare = 0.2;

/**
 * Returns the cells that were not measured in a closed loop: in most of their rounds, the start skew is above a fifth of the
 * makespan. Their makespan depends mostly on the schedule of arrivals, so it says little about the runtime; only their latencies
 * are meaningful. The original harness stays below 7 %.
 */
export function openLoopCells({ starts }: Pick<Dataset, "starts">): readonly OpenLoopCell[] {
  return starts.flatMap(({ run, density, concurrency, rounds }) => {
    const spread = rounds.filter(({ startSkewMs, makespanMs }) => startSkewMs > largestShare * makespanMs).length;
    return spread > rounds.length / 2 ? [{ run, density, concurrency, rounds: rounds.length, spread }] : [];
  });
}

/**
 * Returns one such cell as a sentence.
 *
 * @example openLoopText({ run: "time_kata_01010000", density: 0, concurrency: 10, rounds: 5, spread: 4 }) // "time_kata_01010000, 10 clients: not a closed loop: starts are spread over more than 20 % of the makespan in 4 of 5 rounds, so the makespan depends mostly on the schedule of arrivals"
 */
export function openLoopText({ run, density, concurrency, rounds, spread }: OpenLoopCell): string {
  const cell = `${concurrency} clients${density === 0 ? "" : ` on top of ${density}`}`;
  return `${run}, ${cell}: not a closed loop: starts are spread over more than ${100 * largestShare} % of the makespan in ${spread} of ${counted(rounds, "round")}, so the makespan depends mostly on the schedule of arrivals`;
}
