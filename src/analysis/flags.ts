import type { Dataset } from "./datasets/dataset.js";
import { type CellFlags, flagCells } from "./stats/flags.js";

/**
 * Returns flags for every time and density cell of a dataset, in the order of `dataset.starts`: rounds, failures, warm-up, drift,
 * outliers and start skew of the makespan, corrected over all these cells.
 */
export function flagStarts(dataset: Pick<Dataset, "starts">): readonly CellFlags[] {
  return flagCells(
    dataset.starts.map(({ rounds, partial, attempted, failed }) => ({
      values: rounds.map(round => round.makespanMs),
      skews: rounds.map(round => round.startSkewMs),
      partial,
      attempted,
      failed,
    })),
  );
}
