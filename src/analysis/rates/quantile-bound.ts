import { gammaln } from "simple-statistics";
import { ascending, lagOne, quantileR7 } from "../stats/index.js";

/** A quantile of latencies, with an upper bound for the true quantile at 95 % confidence. */
export interface BoundedQuantile {
  readonly value: number;
  /** The one-sided upper bound; null if there are too few values for a bound. */
  readonly upper: number | null;
  /** The equivalent number of independent values. */
  readonly effective: number;
}

/**
 * Returns a quantile and its distribution-free upper confidence bound at 95 %, from an order statistic: the k-th smallest
 * value, where k is the smallest number for which a binomial variable (n trials with probability p) is below k in 95 % of cases
 * (Hahn and Meeker 1991, 5.2).
 *
 * Latencies of an open loop depend on their neighbours, because a queue does not empty at once. So n is the equivalent number of
 * independent values, n (1 − r) / (1 + r), where r is the lag-1 autocorrelation of the latencies in the order of their arrivals;
 * the rank is computed for this smaller sample and scaled to the whole one.
 *
 * @param latencies in the order of the arrivals; Infinity for a start that failed or was refused
 * @param p between 0 and 1
 * @example boundedQuantile([5, 1, 4, 2, 3], 0.5).value // 3
 * @example boundedQuantile([5, 1, 4, 2, 3], 0.99).upper // null
 */
export function boundedQuantile(latencies: readonly number[], p: number): BoundedQuantile {
  const sorted = ascending(latencies);
  const finite = latencies.filter(Number.isFinite);
  const r = finite.length < 3 ? 0 : Math.min(0.99, Math.max(0, lagOne(finite)));
  const effective = Math.max(0, Math.floor((latencies.length * (1 - r)) / (1 + r)));
  const rank = boundRank(effective, p);
  const at = rank === null ? null : Math.min(sorted.length, Math.ceil((rank / effective) * sorted.length));
  // a value between a finite latency and infinity cannot be interpolated
  const place = Math.ceil((sorted.length - 1) * p);
  const value = sorted[place] === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : quantileR7(sorted, p);
  return { value, upper: at === null ? null : sorted[at - 1]!, effective };
}

/** Returns the smallest k with P(binomial(n, p) < k) ≥ 0.95; null if even n is too small. */
function boundRank(n: number, p: number): number | null {
  let below = 0;
  for (let k = 0; k < n; k++) {
    const ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
    below += Math.exp(ways + k * Math.log(p) + (n - k) * Math.log1p(-p));
    if (below >= 0.95) return k + 1;
  }
  return null;
}
