import { mean, variance } from "./mean.js";
import { type TRatio, tRatio } from "./t-ratio.js";

/** The ratio of two means by Welch's t on the log scale. */
export type WelchRatio = TRatio;

/**
 * Computes the ratio of two means from few, nearly normal values, such as the means of a campaign's blocks: Welch's t on the
 * difference of logarithms, standard errors by the delta method, degrees of freedom by Satterthwaite.
 *
 * @param over at least two values; both means must be above 0
 * @returns null if a sample has fewer than two values, a mean is not above 0, or nothing varies
 * @example welchRatio([1, 2], [3]) // null
 */
export function welchRatio(over: readonly number[], under: readonly number[]): WelchRatio | null {
  if (over.length < 2 || under.length < 2) return null;
  const [a, b] = [mean(over), mean(under)];
  if (!(a > 0 && b > 0)) return null;
  const va = variance(over) / over.length / a ** 2;
  const vb = variance(under) / under.length / b ** 2;
  if (va + vb === 0) return null;
  const error = Math.sqrt(va + vb);
  const freedom = (va + vb) ** 2 / (va ** 2 / (over.length - 1) + vb ** 2 / (under.length - 1));
  return tRatio(a / b, error, freedom);
}
