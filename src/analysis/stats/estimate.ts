import { bca } from "./bca.js";
import { blockLength, type Estimator, type Interval, resamples, studentised } from "./bootstrap-t.js";
import { dependent } from "./dependence.js";
import { mean } from "./mean.js";
import { ascending, quantileR7 } from "./quantile.js";

/** Fewer rounds than this get no interval. */
export const fewestRounds = 5;

/** From this many rounds on, dependent rounds get an interval from moving blocks. */
export const fewestForBlocks = 20;

/**
 * A statistic of one campaign's rounds with its interval. The interval describes that campaign alone; it does not cover
 * differences between days, hosts or kernels.
 */
export interface Estimate {
  readonly value: number;
  /** The 95 % interval; null if there are too few rounds. */
  readonly interval: Interval | null;
  /** Number of rounds; for several samples, the smallest. */
  readonly n: number;
  readonly method: "studentised bootstrap" | "moving blocks" | "BCa" | "none";
  readonly caveat: "too few rounds" | "dependent rounds: too narrow" | "all rounds equal" | null;
  /** The interval at another level, such as 0.9. */
  at(level: number): Interval | null;
}

/**
 * Computes the mean over rounds with its interval from the studentised bootstrap; from moving blocks if the rounds depend on
 * each other and there are at least 20. Values must be finite; the mean of no values is NaN.
 *
 * @param draws number of resamples; 0 gives only the value, which is several hundred times as fast
 * @example estimateMean([1, 2, 3], "seed").caveat // "too few rounds"
 */
export function estimateMean(values: readonly number[], seed: string | number, draws = resamples): Estimate {
  return estimate([values], ([m], [e]) => ({ value: m!, error: e! }), seed, draws);
}

/**
 * Computes the ratio of two means, first divided by second, with the interval of its logarithm. Both means must be above 0;
 * otherwise the value is NaN and there is no interval.
 *
 * @example estimateRatio([2, 4], [6, 6], "seed").value // 0.5
 */
export function estimateRatio(
  over: readonly number[],
  under: readonly number[],
  seed: string | number,
  draws = resamples,
): Estimate {
  const logRatio: Estimator = ([a, b], [ea, eb]) => ({
    value: Math.log(a! / b!),
    error: Math.hypot(ea! / a!, eb! / b!),
  });
  const logged = estimate([over, under], logRatio, seed, draws);
  // the quotient itself, because the exponential of its logarithm may differ in the last bit
  return {
    ...mapEstimate(logged, Math.exp),
    value: mean(over) > 0 && mean(under) > 0 ? mean(over) / mean(under) : Number.NaN,
  };
}

/**
 * Computes the difference of two means, first minus second, with its interval.
 *
 * @example estimateDifference([5, 7], [1, 1], "seed").value // 5
 */
export function estimateDifference(
  from: readonly number[],
  less: readonly number[],
  seed: string | number,
  draws = resamples,
): Estimate {
  return estimate([from, less], ([a, b], [ea, eb]) => ({ value: a! - b!, error: Math.hypot(ea!, eb!) }), seed, draws);
}

/**
 * Computes a quantile over rounds with its interval by BCa, which assumes that rounds are independent; if they are not,
 * the caveat says so. There is no interval if the smallest and the largest round enclose the true quantile with a probability
 * below 95 % (fewer than 6 rounds for a median, 29 for a 90 % quantile), because no method could give one.
 *
 * @example estimateQuantile([1, 2, 3, 10], 0.5, "seed").value // 2.5
 */
export function estimateQuantile(
  values: readonly number[],
  p: number,
  seed: string | number,
  draws = resamples,
): Estimate {
  const n = values.length;
  const value = quantileR7(ascending(values), p);
  const plain = { value, n, interval: null, method: "none", at: () => null } as const;
  if (draws === 0) return { ...plain, caveat: null };
  if (n < fewestRounds || p ** n + (1 - p) ** n > 0.05) return { ...plain, caveat: "too few rounds" };
  if (values.every(other => other === values[0])) return { ...plain, ...constant(value) };
  const at = bca(values, sorted => quantileR7(sorted, p), seed, draws);
  const caveat = dependent(values) ? "dependent rounds: too narrow" : null;
  return { value, n, interval: at(0.95), method: "BCa", caveat, at };
}

/**
 * Returns an estimate in another unit or scale.
 *
 * @param monotone a function that rises or falls over the whole range
 * @example mapEstimate(estimateMean([1, 3], "seed"), x => 10 - x).value // 8
 */
export function mapEstimate(found: Estimate, monotone: (value: number) => number): Estimate {
  const map = (interval: Interval | null): Interval | null => {
    if (interval === null) return null;
    const [a, b] = [monotone(interval[0]), monotone(interval[1])];
    return a <= b ? [a, b] : [b, a];
  };
  return {
    ...found,
    value: monotone(found.value),
    interval: map(found.interval),
    at: level => map(found.at(level)),
  };
}

function estimate(
  samples: readonly (readonly number[])[],
  estimator: Estimator,
  seed: string | number,
  draws: number,
): Estimate {
  const means = samples.map(mean);
  const n = Math.min(...samples.map(values => values.length));
  const { value } = estimator(
    means,
    means.map(() => 0),
  );
  const plain = { value, n, interval: null, method: "none", at: () => null } as const;
  if (draws === 0) return { ...plain, caveat: null };
  if (n < fewestRounds || !Number.isFinite(value)) return { ...plain, caveat: "too few rounds" };
  if (samples.every(values => values.every(other => other === values[0]))) return { ...plain, ...constant(value) };
  const inBlocks = samples.map(values => dependent(values) && values.length >= fewestForBlocks);
  const series = samples.map((values, i) => ({ values, blockLength: inBlocks[i] ? blockLength(values) : 1 }));
  const at = studentised(series, estimator, seed, draws);
  const narrow = samples.some((values, i) => dependent(values) && !inBlocks[i]);
  return {
    value,
    n,
    interval: at(0.95),
    method: inBlocks.includes(true) ? "moving blocks" : "studentised bootstrap",
    caveat: narrow ? "dependent rounds: too narrow" : null,
    at,
  };
}

/** Returns the estimate of rounds that are all equal: their value, and a note that they did not vary. */
function constant(value: number) {
  const at = (): Interval => [value, value];
  return { interval: at(), caveat: "all rounds equal", at } as const;
}
