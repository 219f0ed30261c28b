import type { MemoryPlace, Place, Quantity, StartPlace } from "../paper/claim.js";

/** Returns the cell of a quantity; for a reduction, the cell of the reduced quantity; null if it is not about one cell of the grid. */
export function placeOf(quantity: Quantity): Place | null {
  if (quantity.statistic === "reduction") return placeOf(quantity.of);
  return "at" in quantity && "runtime" in quantity.at ? quantity.at : null;
}

/**
 * Returns a place in the grid, in words.
 *
 * @example placeName({ experiment: "density", runtime: "rund", density: 1000, concurrency: 10 }) // "rund, 10 on top of 1000"
 * @example placeName({ experiment: "memory", runtime: "kata", memoryMb: 128, density: 100 }) // "kata, 128 MB at 100"
 */
export const placeName = (at: Place): string => `${at.runtime}, ${cellName(at)}`;

/**
 * Returns a place in the grid, in words and without its runtime.
 *
 * @example cellName({ experiment: "time", density: 0, concurrency: 200 }) // "200 at once"
 */
export function cellName(at: Omit<StartPlace, "runtime"> | Omit<MemoryPlace, "runtime">): string {
  if (at.experiment === "memory") return `${at.memoryMb} MB at ${at.density}`;
  return `${at.concurrency}${at.experiment === "time" ? " at once" : ` on top of ${at.density}`}`;
}
