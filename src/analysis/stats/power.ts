import { studentQuantile } from "./student.js";

/** How sure a comparison is to be: the level of its two-sided test, and the chance to see an effect that is there. */
export interface Demand {
  readonly alpha: number;
  readonly power: number;
}

/** A two-sided test at 5 % that sees an effect in four of five campaigns. */
export const usualDemand: Demand = { alpha: 0.05, power: 0.8 };

/**
 * The smallest relative difference of two means that a comparison with n rounds on either side is likely to see, by
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
 * Rounds on either side that a comparison takes to see a relative difference.
 *
 * @returns at least 2 and at most a million, which stands for "more than anyone will measure"
 * @example roundsFor(0.05, 0.067) // 10
 */
export function roundsFor(variation: number, effect: number, demand: Demand = usualDemand): number {
  let [few, many] = [2, 1_000_000];
  while (few < many) {
    const middle = Math.floor((few + many) / 2);
    if (detectableEffect(variation, middle, demand) <= effect) many = middle;
    else few = middle + 1;
  }
  return few;
}

/**
 * Pairs, such as blocks in which two runtimes were measured in turn, that a comparison of ratios takes: so that a
 * difference of `effect` is found, and so that no difference at all is recognised as one within ± `effect` (two one-sided tests at
 * 5 %), each with the power asked for.
 *
 * @param spread standard deviation of a pair's difference, as a share of the mean
 * @returns at least 4 and at most about a million; one pair more than Student's t quantiles say, which fall short of the
 *   noncentral t's answer by up to one pair
 * @example pairsFor(0.05, 0.05) // 12
 */
export function pairsFor(spread: number, effect: number, { alpha, power }: Demand = usualDemand): number {
  const reach = Math.log1p(effect);
  const enough = (n: number): boolean => {
    const error = spread / Math.sqrt(n);
    const found = (studentQuantile(1 - alpha / 2, n - 1) + studentQuantile(power, n - 1)) * error;
    const same = (studentQuantile(0.95, n - 1) + studentQuantile((1 + power) / 2, n - 1)) * error;
    return Math.max(found, same) <= reach;
  };
  let [few, many] = [3, 1_000_000];
  while (few < many) {
    const middle = Math.floor((few + many) / 2);
    if (enough(middle)) many = middle;
    else few = middle + 1;
  }
  return few + 1;
}
