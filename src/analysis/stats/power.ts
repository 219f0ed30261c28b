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
