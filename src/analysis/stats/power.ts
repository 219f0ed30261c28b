import { noncentralQuantile, studentQuantile } from "./student.js";

/** The demands on a comparison: the level of its two-sided test, and the probability of detecting a real effect. */
export interface Demand {
  readonly alpha: number;
  readonly power: number;
}

/** The scatter of values as a share of their mean, and its degrees of freedom; more of them mean a more certain estimate. */
export interface Scatter {
  readonly share: number;
  readonly freedom: number;
}

/** A two-sided test at 5 % that finds an effect in four of five campaigns. */
export const usualDemand: Demand = { alpha: 0.05, power: 0.8 };

/**
 * Computes the smallest relative difference of two means that a comparison with n rounds on either side is likely to find, from
 * Student's t quantiles for level and power (within 2 % of the noncentral t's answer from three rounds on).
 *
 * @param variation a cell's coefficient of variation over its rounds
 * @param n rounds on either side, at least 2
 * @returns a share: 0.05 is 5 %
 * @example Number(detectableEffect(0.05, 10).toFixed(3)) // 0.066
 */
export function detectableEffect(variation: number, n: number, { alpha, power }: Demand = usualDemand): number {
  const freedom = 2 * n - 2;
  const quantiles = studentQuantile(1 - alpha / 2, freedom) + studentQuantile(power, freedom);
  return quantiles * variation * Math.sqrt(2 / n);
}

/**
 * Computes the number of rounds that a comparison needs on either side to detect a relative difference.
 *
 * @returns at least 2 and at most a million, which means "too many to measure"
 * @example roundsFor(0.05, 0.067) // 10
 */
export function roundsFor(variation: number, effect: number, demand: Demand = usualDemand): number {
  return fewest(2, n => detectableEffect(variation, n, demand) <= effect);
}

/**
 * Computes the number of pairs that a comparison of ratios needs, such as blocks in which two runtimes took turns: enough to
 * find a difference of `effect`, and to recognise equal runtimes as the same within ± `effect` (two one-sided tests at 5 %),
 * each with the requested power.
 *
 * @param spread standard deviation of a pair's difference, as a share of the mean
 * @returns at least 4 and at most about a million; one pair more than Student's t quantiles give, which can be one pair below
 * the noncentral t's answer
 * @example pairsFor(0.05, 0.05) // 12
 */
export function pairsFor(spread: number, effect: number, demand: Demand = usualDemand): number {
  return pairsAfterPilot({ share: spread, freedom: Number.POSITIVE_INFINITY }, effect, demand);
}

/**
 * Computes the same as `pairsFor` for a spread that was estimated in a pilot of few rounds. The power is then the mean over all
 * pilots that might have been measured (Julious and Owen 2006), so an uncertain spread needs more pairs.
 *
 * @example pairsAfterPilot({ share: 0.05, freedom: 9 }, 0.05) // 15
 */
export function pairsAfterPilot(
  { share, freedom }: Scatter,
  effect: number,
  { alpha, power }: Demand = usualDemand,
): number {
  const reach = Math.log1p(effect);
  const quantiles = (level: number, chance: number, own: number) => {
    const test = studentQuantile(level, own);
    return Number.isFinite(freedom) ? noncentralQuantile(chance, freedom, test) : test + studentQuantile(chance, own);
  };
  const enough = (n: number): boolean => {
    const error = share / Math.sqrt(n);
    const found = quantiles(1 - alpha / 2, power, n - 1) * error;
    const same = quantiles(0.95, (1 + power) / 2, n - 1) * error;
    return Math.max(found, same) <= reach;
  };
  return fewest(3, enough) + 1;
}

/**
 * Computes the number of rounds that a comparison of two campaigns needs on either side, one round per block, for a scatter
 * that was estimated in a pilot: like `pairsAfterPilot`, but without pairs.
 *
 * @param scatter the coefficient of variation of a round
 * @example roundsAfterPilot({ share: 0.05, freedom: 9 }, 0.05) // 26
 */
export function roundsAfterPilot({ share, freedom }: Scatter, effect: number, demand: Demand = usualDemand): number {
  return pairsAfterPilot({ share: share * Math.SQRT2, freedom }, effect, demand);
}

/** Computes the smallest sufficient number from `least` to a million. */
function fewest(least: number, enough: (n: number) => boolean): number {
  let [few, many] = [least, 1_000_000];
  while (few < many) {
    const middle = Math.floor((few + many) / 2);
    if (enough(middle)) many = middle;
    else few = middle + 1;
  }
  return few;
}
