import type { Interval } from "./bootstrap-t.js";
import { studentQuantile, studentTwoSided } from "./student.js";

/** The ratio of two means by Student's t on the log scale. */
export interface TRatio {
  /** Mean of the first divided by mean of the second. */
  readonly ratio: number;
  /** Two-sided, against a ratio of 1. */
  readonly p: number;
  at(level: number): Interval;
}

/**
 * Returns the test and the intervals of a ratio of two means.
 *
 * @param error the standard error of the ratio's logarithm, above 0
 * @param freedom its degrees of freedom
 * @example tRatio(1, 0.1, 9).p // 1
 */
export function tRatio(ratio: number, error: number, freedom: number): TRatio {
  const log = Math.log(ratio);
  return {
    ratio,
    p: studentTwoSided(log / error, freedom),
    at: level => {
      const reach = studentQuantile((1 + level) / 2, freedom) * error;
      return [Math.exp(log - reach), Math.exp(log + reach)];
    },
  };
}
