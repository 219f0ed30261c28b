import { resamples } from "./bootstrap-t.js";
import { sum } from "./mean.js";
import { random } from "./random.js";

/**
 * Computes the permutation test of two samples' means: the share of divisions of the pooled values whose Welch's t is at least as
 * far from 0 as the observed one (studentised, so that it is valid for unequal variances: Janssen 1997). Uses all divisions if
 * there are at most 9,999, otherwise 9,999 random ones with a fixed seed, counting the observed one as well.
 *
 * @returns the two-sided p; 1 if a sample is empty or all values are equal
 * @example permutationTest([1, 2, 3], [10, 11, 12], "seed") // 0.1
 */
export function permutationTest(a: readonly number[], b: readonly number[], seed: string | number): number {
  if (a.length === 0 || b.length === 0) return 1;
  const shift = a[0]!;
  const pool = Float64Array.from([...a, ...b], value => value - shift);
  const total = sum(Array.from(pool));
  const squares = sum(Array.from(pool, value => value * value));
  const distance = (sumA: number, squaresA: number) => {
    const [meanA, meanB] = [sumA / a.length, (total - sumA) / b.length];
    const scatterA = (squaresA - sumA * meanA) / (a.length * Math.max(1, a.length - 1));
    const scatterB = (squares - squaresA - (total - sumA) * meanB) / (b.length * Math.max(1, b.length - 1));
    const apart = Math.abs(meanA - meanB);
    const scatter = scatterA + scatterB;
    // rounding leaves tiny differences between equal values
    return apart === 0 ? 0 : scatter > 1e-12 * squares ? apart / Math.sqrt(scatter) : Number.POSITIVE_INFINITY;
  };
  const first = pool.subarray(0, a.length);
  const sums = (values: Iterable<number>) => {
    let [s, q] = [0, 0];
    for (const value of values) {
      s += value;
      q += value * value;
    }
    return distance(s, q);
  };
  const found = sums(first) * (1 - 1e-10);
  if (divisions(pool.length, a.length) <= resamples) {
    let [all, extreme] = [0, 0];
    for (const chosen of choices(pool, a.length)) {
      all++;
      if (sums(chosen) >= found) extreme++;
    }
    return extreme / all;
  }
  const stream = random(seed);
  let extreme = 1;
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < a.length; j++) {
      const other = j + stream.below(pool.length - j);
      [pool[j], pool[other]] = [pool[other]!, pool[j]!];
    }
    if (sums(first) >= found) extreme++;
  }
  return extreme / (resamples + 1);
}

/**
 * Counts the ways to choose k of n things. The smallest possible p of a permutation test is one divided by this number, or two
 * divided by it for two samples of equal size.
 *
 * @example divisions(20, 10) // 184756
 */
export function divisions(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return Math.round(ways);
}

/** Yields every way to choose k of the values; the returned array is reused. */
function* choices(values: Float64Array, k: number): Generator<Float64Array> {
  const places = Array.from({ length: k }, (_, i) => i);
  const chosen = new Float64Array(k);
  for (;;) {
    for (const [i, place] of places.entries()) chosen[i] = values[place]!;
    yield chosen;
    let i = k - 1;
    while (i >= 0 && places[i] === values.length - k + i) i--;
    if (i < 0) return;
    places[i]!++;
    for (let j = i + 1; j < k; j++) places[j] = places[j - 1]! + 1;
  }
}
