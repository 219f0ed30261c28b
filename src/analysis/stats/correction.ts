/**
 * Computes Holm's correction (1979): the p values of a family of tests, adjusted so that the probability of any false rejection
 * in the family stays at the level with which they are compared.
 *
 * @returns the adjusted p values in the given order
 * @example holm([0.01, 0.04, 0.03]) // [0.03, 0.06, 0.06]
 */
export function holm(ps: readonly number[]): number[] {
  const order = [...ps.keys()].sort((i, j) => ps[i]! - ps[j]!);
  const adjusted = new Array<number>(ps.length).fill(1);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.min(1, Math.max(least, (ps.length - rank) * ps[i]!));
    adjusted[i] = least;
  }
  return adjusted;
}

/**
 * Computes Benjamini and Hochberg's correction (1995): p values adjusted so that the expected share of false rejections among all
 * rejections stays at the level with which they are compared. If there is no real effect, this protects as well as Holm's correction.
 *
 * @returns the adjusted p values in the given order
 * @example benjaminiHochberg([0.01, 0.04, 0.02]) // [0.03, 0.04, 0.03]
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const order = [...ps.keys()].sort((i, j) => ps[j]! - ps[i]!);
  const adjusted = new Array<number>(ps.length).fill(1);
  let most = 1;
  for (const [rank, i] of order.entries()) {
    most = Math.min(most, (ps.length / (ps.length - rank)) * ps[i]!);
    adjusted[i] = most;
  }
  return adjusted;
}
