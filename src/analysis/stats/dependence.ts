import { sampleRankCorrelation } from "simple-statistics";
import { mean } from "./mean.js";
import { normalCdf } from "./normal.js";
import { studentTwoSided } from "./student.js";

/** A monotone trend of values over their order. */
export interface Trend {
  /** Spearman's ρ of value against place, from −1 to 1; 0 if all values are equal or there are fewer than three. */
  readonly rho: number;
  /**
   * Two-sided: exact for fewer than twelve values (as if there were no ties), otherwise from Student's t with n − 2 degrees of
   * freedom, as in SciPy.
   */
  readonly p: number;
}

/**
 * Computes Spearman's rank correlation between values and their order.
 *
 * @example trend([1, 2, 3, 5, 4]).rho // 0.9
 */
export function trend(values: readonly number[]): Trend {
  if (values.length < 3) return { rho: 0, p: 1 };
  const rho = sampleRankCorrelation([...values.keys()], [...values]);
  if (Number.isNaN(rho)) return { rho: 0, p: 1 };
  if (values.length < 12) return { rho: Number(rho.toPrecision(12)), p: exactP(rho, values.length) };
  const freedom = values.length - 2;
  const t = rho * Math.sqrt(freedom / Math.max(0, 1 - rho * rho));
  return { rho: Number(rho.toPrecision(12)), p: studentTwoSided(t, freedom) };
}

/** Computes the share of all orders of n ranks whose Spearman ρ is at least as far from 0. */
function exactP(rho: number, n: number): number {
  let orders = squareSums.get(n);
  if (orders === undefined) {
    orders = countSquareSums(n);
    squareSums.set(n, orders);
  }
  let [all, extreme] = [0, 0];
  for (const [squares, count] of orders.entries()) {
    all += count;
    if (Math.abs(1 - (6 * squares) / (n * (n * n - 1))) >= Math.abs(rho) - 1e-9) extreme += count;
  }
  return extreme / all;
}

/** The number of orders of n ranks with each sum of squared rank differences, by n. */
const squareSums = new Map<number, readonly number[]>();

/**
 * Counts, for each set of ranks already used (as bits), the ways that lead to each sum: 2ⁿ steps, while a list of all orders has
 * n! entries.
 */
function countSquareSums(n: number): readonly number[] {
  const sums = (n * (n * n - 1)) / 3 + 1;
  const ways = Array.from({ length: 2 ** n }, () => new Float64Array(sums));
  ways[0]![0] = 1;
  for (let taken = 0; taken < ways.length - 1; taken++) {
    const place = taken.toString(2).replaceAll("0", "").length;
    for (let rank = 0; rank < n; rank++) {
      if (taken & (1 << rank)) continue;
      const square = (place - rank) ** 2;
      const to = ways[taken | (1 << rank)]!;
      for (let sum = 0; sum < sums - square; sum++) to[sum + square]! += ways[taken]![sum]!;
    }
  }
  return Array.from(ways[ways.length - 1]!);
}

/**
 * Computes the lag-1 autocorrelation: how much a value resembles the previous one; 0 if all values are equal.
 *
 * @example lagOne([1, 2, 3, 4, 5]) // 0.4
 */
export function lagOne(values: readonly number[]): number {
  const centre = mean(values);
  let squares = 0;
  let products = 0;
  for (const [i, value] of values.entries()) {
    squares += (value - centre) ** 2;
    if (i > 0) products += (value - centre) * (values[i - 1]! - centre);
  }
  return squares === 0 ? 0 : products / squares;
}

/**
 * Whether an ordered series shows that its values depend on each other: a lag-1 autocorrelation above 0 (one-sided, normal with
 * mean −1/n and variance 1/n), or a trend (Spearman, two-sided), each at the 5 % level. A negative autocorrelation does not
 * count, because it makes an interval too wide, not too narrow.
 *
 * @example dependent([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) // true
 */
export function dependent(values: readonly number[]): boolean {
  const n = values.length;
  if (n < 5) return false;
  const z = (lagOne(values) + 1 / n) * Math.sqrt(n);
  return 1 - normalCdf(z) < 0.05 || trend(values).p < 0.05;
}
