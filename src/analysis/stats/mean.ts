/**
 * Computes the plain sum, left to right; 0 for no value.
 *
 * @example sum([1, 2, 4]) // 7
 */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}

/**
 * Computes the arithmetic mean, sum / length; NaN for no value. On whole numbers it is the same float64 as pandas and NumPy give.
 *
 * @example mean([1, 2, 6]) // 3
 */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/**
 * Computes the sample variance, with n − 1 as the divisor; NaN for fewer than two values.
 *
 * @example variance([1, 2, 6]) // 7
 */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  const centre = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return squares / (values.length - 1);
}
