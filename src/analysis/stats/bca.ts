import { type Interval, resamples } from "./bootstrap-t.js";
import { mean } from "./mean.js";
import { normalCdf, normalQuantile } from "./normal.js";
import { ascending, quantileR7 } from "./quantile.js";
import { random } from "./random.js";

/**
 * Computes the bias-corrected and accelerated bootstrap (Efron 1987) of a statistic of one sample. Ties with the estimate count
 * half in the bias; the acceleration is the jackknife's.
 *
 * @param values at least two, not all equal
 * @param statistic computes the statistic from values in ascending order
 * @param seed the same seed gives the same interval
 * @param draws number of resamples
 * @returns the two-sided interval at a level such as 0.95
 */
export function bca(
  values: readonly number[],
  statistic: (sorted: readonly number[]) => number,
  seed: string | number,
  draws = resamples,
): (level: number) => Interval {
  const sorted = ascending(values);
  const n = sorted.length;
  const value = statistic(sorted);
  const stream = random(seed);
  const counts = new Uint32Array(n);
  const drawn = new Array<number>(n).fill(0);
  let below = 0;
  const replicates = new Float64Array(draws);
  for (let b = 0; b < draws; b++) {
    // counting how often each is drawn gives the resample in order, without sorting it
    counts.fill(0);
    for (let i = 0; i < n; i++) counts[stream.below(n)]!++;
    for (let i = 0, at = 0; i < n; i++) for (let k = counts[i]!; k > 0; k--) drawn[at++] = sorted[i]!;
    const replicate = statistic(drawn);
    replicates[b] = replicate;
    below += replicate < value ? 1 : replicate === value ? 0.5 : 0;
  }
  const bias = normalQuantile(below / draws);
  const jackknife = sorted.map((_, i) => statistic(sorted.filter((_, j) => j !== i)));
  const centre = mean(jackknife);
  const cubes = mean(jackknife.map(j => (centre - j) ** 3));
  const squares = mean(jackknife.map(j => (centre - j) ** 2));
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5 * Math.sqrt(n));
  const ordered = replicates.sort();
  const end = (tail: number) => {
    const z = bias + normalQuantile(tail);
    return quantileR7(ordered, normalCdf(bias + z / (1 - acceleration * z)));
  };
  return level => [end((1 - level) / 2), end((1 + level) / 2)];
}
