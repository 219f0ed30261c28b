import { holm, type Interval } from "../stats/index.js";
import type { CellPlace } from "./cells.js";
import { type Comparative, type Contrast, type Side, verdictOf } from "./contrast.js";

/** One cell of both sides; `runtime` is that of B. Values have the units of `CellPlace.metric`. */
export interface ComparedCell extends CellPlace {
  /** The runtime of A: the same id, if one runtime of two campaigns is compared. */
  readonly against: string;
  readonly a: Side;
  readonly b: Side;
  /** Mean of B divided by mean of A, its 95 % interval, and the interval corrected for all cells of the metric. */
  readonly ratio: number | null;
  readonly interval: Interval | null;
  readonly correctedInterval: Interval | null;
  /** Corrected over the metric's cells by Holm's method; null if no test was possible. */
  readonly p: number | null;
  readonly verdict: Comparative;
  /** Number of rounds on either side that would decide the cell; null if it is decided, or if the number cannot be estimated. */
  readonly roundsNeeded: number | null;
  readonly method: Contrast["method"];
  readonly caveat: string | null;
}

/**
 * Judges cells that were tested together, such as all cells of one metric: corrects p and the intervals for their number.
 *
 * @param tolerance two cells are the same if they differ by less than this share
 */
export function judgeFamily(
  family: readonly { readonly place: CellPlace; readonly against: string; readonly contrast: Contrast }[],
  tolerance: number,
): readonly ComparedCell[] {
  // a cell that cannot be tested does not count for the correction
  const tested = family.filter(({ contrast }) => contrast.p !== null);
  const corrected = holm(tested.map(({ contrast }) => contrast.p ?? 1));
  return family.map(own => {
    const { place, against, contrast } = own;
    const p = corrected[tested.indexOf(own)] ?? null;
    const { a, b, ratio, at, method, caveat } = contrast;
    return {
      ...place,
      against,
      a,
      b,
      ratio,
      interval: at(0.95),
      correctedInterval: at(1 - 0.05 / Math.max(1, tested.length)),
      p,
      ...verdictOf(contrast, p, Math.max(1, tested.length), tolerance),
      method,
      caveat,
    };
  });
}
