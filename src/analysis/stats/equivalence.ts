import type { Interval } from "./bootstrap-t.js";

/**
 * Performs two one-sided tests at 5 % (Schuirmann 1987), by the 90 % interval of a ratio. "The same" needs the whole interval
 * within the tolerance of 1; a difference that is merely not significant is not enough.
 *
 * @param ratio90 the ratio's 90 % interval; null if it could not be computed, in which case the two are not shown to be the same
 * @param tolerance such as 0.05
 * @example equivalent([0.97, 1.02], 0.05) // true
 * @example equivalent([0.9, 1.1], 0.05) // false
 */
export function equivalent(ratio90: Interval | null, tolerance: number): boolean {
  return ratio90 !== null && ratio90[0] >= 1 - tolerance && ratio90[1] <= 1 + tolerance;
}
