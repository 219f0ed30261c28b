import { mean, sum } from "./mean.js";

/**
 * Computes the slope of the line through some points, by least squares.
 *
 * @returns NaN if all points have the same x
 * @example slope([[0, 1], [1, 3], [2, 5]]) // 2
 */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const [x, y] = [mean(points.map(point => point[0])), mean(points.map(point => point[1]))];
  const squares = sum(points.map(point => (point[0] - x) ** 2));
  return sum(points.map(point => (point[0] - x) * (point[1] - y))) / squares;
}
