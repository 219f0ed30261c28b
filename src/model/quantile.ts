/**
 * Computes a quantile by linear interpolation between order statistics: R's type 7, the default of R, NumPy and pandas (Hyndman
 * and Fan 1996).
 *
 * @param sorted ascending; if it is empty, the result is NaN
 * @param p from 0 (the smallest value) to 1 (the largest)
 * @example quantileR7([10, 20, 30, 40], 0.25) // 17.5
 */
export function quantileR7(sorted: ArrayLike<number>, p: number): number {
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const low = sorted[below];
  const high = sorted[Math.ceil(place)];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (place - below) * (high - low);
}
