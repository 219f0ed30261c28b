import { quantileR7 } from "../../model/quantile.js";

export { quantileR7 };

/**
 * Returns the values from the smallest to the largest, in a new array, as the quantile functions need them.
 *
 * @example ascending([10, 9, 2]) // [2, 9, 10]
 */
export function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/**
 * Computes a quantile by nearest rank: the smallest value with at least the share p of all values at or below it (R's type 1).
 * A share within 1e-9 of a rank counts as that rank, so that 0.07 of 100 values is the seventh.
 *
 * @param sorted ascending; if it is empty, the result is NaN
 * @param p from 0 to 1; 0 gives the smallest value
 * @example quantileNearestRank([10, 20, 30, 40], 0.25) // 10
 */
export function quantileNearestRank(sorted: ArrayLike<number>, p: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * p - 1e-9) - 1)] ?? Number.NaN;
}

/**
 * Computes the median of values in any order; NaN for none.
 *
 * @example median([3, 1, 2, 10]) // 2.5
 */
export function median(values: readonly number[]): number {
  return quantileR7(ascending(values), 0.5);
}
