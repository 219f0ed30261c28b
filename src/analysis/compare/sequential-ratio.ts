import type { Interval } from "../stats/bootstrap-t.js";
import { type PairedRatio, pairedRatio } from "../stats/paired.js";
import { sequentialLevels, sequentialP } from "../stats/sequential.js";

/** Blocks at the first look; before that a standard deviation says nothing. */
export const firstLook = 3;

/** As `PairedRatio`, for a campaign that ends as soon as it is decided: p and intervals hold at every look. */
export type SequentialRatio = Omit<PairedRatio, "at"> & { at(level: number): Interval | null };

/**
 * Returns the ratio of two means over blocks that were looked at after every block (repeated confidence intervals,
 * Jennison and Turnbull 1989): at each look Student's t at the level that the spending function leaves to it.
 *
 * @param last the blocks by which the campaign ends, decided or not
 * @returns null as `pairedRatio`, and before the first look
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
    // only a verdict needs it, no look does: it takes hundreds of integrations
    get p() {
      return sequentialP(found.p, look, firstLook, last);
    },
    at(level) {
      const own = sequentialLevels(Number((1 - level).toPrecision(6)), firstLook, last)[look - firstLook]!;
      return own < 1e-12 ? null : found.at(1 - own);
    },
  };
}
