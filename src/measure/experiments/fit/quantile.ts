/**
 * A quantile by linear interpolation between order statistics.
 *
 * @param sorted ascending; null comes back where it is empty
 * @example quantile([10, 20, 30, 40], 0.25) // 17.5
 */
export function quantile(sorted: readonly number[], p: number): number | null {
  const place = (sorted.length - 1) * p;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || high === undefined ? null : low + (place - Math.floor(place)) * (high - low);
}
