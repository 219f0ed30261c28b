import { lagOne } from "./dependence.js";
import { mean, variance } from "./mean.js";
import { quantileR7 } from "./quantile.js";
import { type Random, random } from "./random.js";

/** Lower and upper end of an interval, in the unit of the measured values. */
export type Interval = readonly [low: number, high: number];

/** Number of resamples for each interval, and of permutations for each p. */
export const resamples = 9_999;

/** Computes an estimate from the samples' means and their standard errors. */
export type Estimator = (means: readonly number[], errors: readonly number[]) => { value: number; error: number };

/** One sample for the bootstrap. */
export interface BootstrapSample {
  readonly values: readonly number[];
  /** 1 for independent values; above 1, whole blocks of neighbours are drawn (Künsch 1989). */
  readonly blockLength: number;
}

/**
 * Computes the studentised bootstrap (bootstrap-t; Efron 1981, Hall 1988; with blocks Götze and Künsch 1996): each resample's
 * distance from the estimate is measured in its own standard errors. A resample without spread is drawn again.
 *
 * @param samples each with at least two values that are not all equal
 * @param estimator the estimate and its standard error (delta method) from the samples' means and standard errors
 * @param seed the same seed gives the same interval
 * @param draws number of resamples
 * @returns the two-sided interval at a level such as 0.95
 */
export function studentised(
  samples: readonly BootstrapSample[],
  estimator: Estimator,
  seed: string | number,
  draws = resamples,
): (level: number) => Interval {
  const stream = random(seed);
  const drawers = samples.map(drawer);
  const found = estimator(
    samples.map(({ values }) => mean(values)),
    drawers.map(({ error }) => error),
  );
  const centre = estimator(
    drawers.map(drawn => drawn.centre),
    drawers.map(({ error }) => error),
  ).value;
  const means = samples.map(() => 0);
  const errors = samples.map(() => 0);
  const distances = new Float64Array(draws);
  let kept = 0;
  for (let tries = 0; kept < draws && tries < 2 * draws; tries++) {
    for (const [i, drawn] of drawers.entries()) [means[i], errors[i]] = drawn.draw(stream);
    const { value, error } = estimator(means, errors);
    const distance = (value - centre) / error;
    if (Number.isFinite(distance)) distances[kept++] = distance;
  }
  const sorted = distances.subarray(0, kept).sort();
  return level => {
    const tail = (1 - level) / 2;
    return [
      found.value - quantileR7(sorted, 1 - tail) * found.error,
      found.value - quantileR7(sorted, tail) * found.error,
    ];
  };
}

/**
 * Computes a block length for n values in order: the rule for the variance of a mean under a first-order autoregression with the
 * values' own lag-1 autocorrelation (Carlstein 1986), from 2 to a quarter of n.
 *
 * @example blockLength([1, 2, 3, 4, 5, 6, 7, 8]) // 2
 */
export function blockLength(values: readonly number[]): number {
  const rho = Math.min(0.9, Math.max(0, lagOne(values)));
  const rule = ((Math.sqrt(6) * rho) / (1 - rho * rho)) ** (2 / 3) * Math.cbrt(values.length);
  return Math.max(2, Math.min(Math.ceil(rule), Math.floor(values.length / 4)));
}

interface Drawer {
  /** The mean around which the resamples' means scatter. */
  readonly centre: number;
  /** The standard error of the sample's mean. */
  readonly error: number;
  /** A resample's mean and its standard error. */
  draw(stream: Random): [mean: number, error: number];
}

/** Prepares the draws from one sample: means of overlapping blocks are drawn like values; single values are blocks of one. */
function drawer({ values, blockLength: length }: BootstrapSample): Drawer {
  const blocks = Array.from({ length: values.length - length + 1 }, (_, i) => mean(values.slice(i, i + length)));
  const drawn = Math.max(2, Math.round(values.length / length));
  // overlapping blocks share values, so their scatter around their own mean is too small by a share of 1/drawn
  const spread = length === 1 ? variance(blocks) : (variance(blocks) * drawn) / (drawn - 1);
  const centre = mean(blocks);
  // distances from the centre, because squares of large numbers would lose the spread
  const distances = Float64Array.from(blocks, block => block - centre);
  return {
    centre,
    error: Math.sqrt(spread / drawn),
    draw: stream => {
      let total = 0;
      let squares = 0;
      for (let i = 0; i < drawn; i++) {
        const distance = distances[stream.below(distances.length)]!;
        total += distance;
        squares += distance * distance;
      }
      const rest = squares - (total * total) / drawn;
      const square = rest > 1e-12 * squares ? rest / (drawn - 1) : 0;
      return [centre + total / drawn, Math.sqrt(square / drawn)];
    },
  };
}
