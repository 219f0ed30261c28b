import { mean, variance } from "./mean.js";
import { type TRatio, tRatio } from "./t-ratio.js";

/** The ratio of two means of paired values, by Student's t on the log scale. */
export interface PairedRatio extends TRatio {
  /** Standard deviation of a pair's difference, as a share of the mean; the input of `pairsFor`. */
  readonly spread: number;
}

/**
 * Computes the ratio of two means whose k-th values were measured in the same block, so that the block's effect on both cancels
 * out. The standard error is that of the differences `over[k] / mean(over) − under[k] / mean(under)` (the delta method for a
 * ratio of means; Cochran 1977, 6.4), with n − 1 degrees of freedom.
 *
 * @param under as many values as `over`
 * @returns null for fewer than two pairs, a mean that is not above 0, or differences that do not vary
 * @example Number(pairedRatio([11, 21, 33], [10, 20, 30]).ratio.toFixed(4)) // 1.0833
 */
export function pairedRatio(over: readonly number[], under: readonly number[]): PairedRatio | null {
  const n = over.length;
  if (n < 2 || under.length !== n) return null;
  const [a, b] = [mean(over), mean(under)];
  if (!(a > 0 && b > 0)) return null;
  const spread = Math.sqrt(variance(over.map((value, k) => value / a - under[k]! / b)));
  if (!(spread > 1e-12)) return null;
  return { ...tRatio(a / b, spread / Math.sqrt(n), n - 1), spread };
}
