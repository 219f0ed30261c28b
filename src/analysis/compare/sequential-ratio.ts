import { type Interval, type PairedRatio, pairedRatio, sequentialLevels, sequentialP } from "../stats/index.js";

/** Number of blocks before the first test; with fewer, the standard deviation is too uncertain. */
const firstLook = 3;

/** A `PairedRatio` for a campaign that ends when it is decided: p and intervals are valid at each test. */
type SequentialRatio = Omit<PairedRatio, "at"> & { at(level: number): Interval | null };

/**
 * Returns the ratio of two means over the blocks of a campaign that is tested after every block (repeated confidence intervals,
 * Jennison and Turnbull 1989). Each test is Student's t at the level that the spending function assigns to it.
 *
 * @param last the maximum number of blocks
 * @returns null if `pairedRatio` returns null, and before the first test
 */
export function sequentialRatio(
  over: readonly number[],
  under: readonly number[],
  last: number,
): SequentialRatio | null {
  const look = over.length;
  const found = pairedRatio(over, under);
  if (found === null || look < firstLook || look > last) return null;
  return {
    ...found,
    // computed only for a verdict and not for each test, because it takes hundreds of integrations
    get p() {
      return sequentialP(found.p, look, firstLook, last);
    },
    at(level) {
      const own = sequentialLevels(Number((1 - level).toPrecision(6)), firstLook, last)[look - firstLook]!;
      return own < 1e-12 ? null : found.at(1 - own);
    },
  };
}
