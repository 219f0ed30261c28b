import { gammaln } from "simple-statistics";
import { bisect, normalQuantile } from "./normal.js";

/**
 * Computes the two-sided p of Student's t: the probability of a value at least as far from zero as `t`.
 *
 * @param freedom degrees of freedom, above 0, not necessarily whole
 * @example Number(studentTwoSided(2.228, 10).toFixed(4)) // 0.05
 */
export function studentTwoSided(t: number, freedom: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

/**
 * Computes Student's t quantile for 0.5 ≤ p < 1.
 *
 * @example Number(studentQuantile(0.975, 10).toFixed(4)) // 2.2281
 */
export function studentQuantile(p: number, freedom: number): number {
  return bisect(t => 2 * (1 - p) - studentTwoSided(t, freedom), 0, 1e6);
}

/**
 * Computes the quantile of the noncentral t distribution, by Jennett and Welch's approximation (1939): within 1 % for p
 * from 0.5 to 0.95 and nine or more degrees of freedom.
 *
 * @param shift the noncentrality
 * @example Number(noncentralQuantile(0.8, 20, 2).toFixed(2)) // 2.97
 */
export function noncentralQuantile(p: number, freedom: number, shift: number): number {
  const z = normalQuantile(p);
  // the mean of a standard deviation that is estimated with `freedom` degrees of freedom
  const mean = Math.sqrt(2 / freedom) * Math.exp(gammaln((freedom + 1) / 2) - gammaln(freedom / 2));
  const rest = 1 - mean * mean;
  return (shift * mean + z * Math.sqrt(mean * mean + rest * (shift * shift - z * z))) / (mean * mean - z * z * rest);
}

/**
 * Computes the regularised incomplete beta function I_x(a, b), by Lentz's evaluation of its continued fraction
 * (Abramowitz and Stegun 26.5.8).
 *
 * @example Number(incompleteBeta(0.5, 2, 3).toFixed(6)) // 0.6875
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    fraction *= d * c;
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * fraction;
}
