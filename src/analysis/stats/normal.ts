/**
 * Computes the standard normal's cumulative distribution, by the series of Marsaglia (Journal of Statistical Software 11(4),
 * 2004); absolute error below 1e-14.
 *
 * @example normalCdf(0) // 0.5
 */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let total = x;
  let term = x;
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) {
    term *= (x * x) / i;
    total += term;
  }
  return 0.5 + (total * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * Computes the standard normal's quantile, by bisection of `normalCdf` between −8 and 8; −8 and 8 stand for the infinities.
 *
 * @example Number(normalQuantile(0.975).toFixed(6)) // 1.959964
 */
export function normalQuantile(p: number): number {
  return bisect(x => normalCdf(x) - p, -8, 8);
}

/**
 * Computes the zero of a rising function between two points, to the last bit.
 *
 * @example Number(bisect(x => x * x - 2, 0, 2).toFixed(9)) // 1.414213562
 */
export function bisect(rising: (x: number) => number, low: number, high: number): number {
  let [below, above] = [low, high];
  for (let i = 0; i < 80; i++) {
    const middle = (below + above) / 2;
    if (rising(middle) < 0) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}
