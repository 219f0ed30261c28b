import { mean } from "./mean.js";
import { median } from "./quantile.js";
import { studentTwoSided } from "./student.js";

/** The distance of one value from the others. */
export interface Deviation {
  /** (value − median) / median, with its sign. */
  readonly share: number;
  /** The probability of a value at least this far from the median, on either side, if values are normally distributed. */
  readonly p: number;
}

/**
 * Computes the distance of a value from a sample's median, measured in the sample's own scatter: the median absolute deviation ×
 * 1.4826, or, if that is 0, the mean absolute deviation × 1.2533 (Iglewicz and Hoaglin 1993). This scale is estimated from few
 * values, so p is Student's t with 0.37 (n − 1) degrees of freedom; 0.37 is the scale's efficiency.
 *
 * @param others the values to compare with; they may include the value itself
 * @example deviation(200, [100, 100, 100]) // { share: 1, p: 0 }
 */
export function deviation(value: number, others: readonly number[]): Deviation {
  const centre = median(others);
  const distances = others.map(other => Math.abs(other - centre));
  const scale = 1.4826 * median(distances) || 1.2533 * mean(distances);
  const away = value - centre;
  if (away === 0) return { share: 0, p: 1 };
  const share = away / Math.abs(centre);
  return { share, p: scale === 0 ? 0 : studentTwoSided(away / scale, 0.37 * (others.length - 1)) };
}
