import type { Expected } from "../paper/claim.js";

/**
 * Returns half of the last printed digit: values that are at most this far from the printed one are printed in the same way.
 *
 * @example halfDigit("47.6") // 0.05
 */
export function halfDigit(printed: string): number {
  const decimals = printed.split(".")[1]?.length ?? 0;
  return 5 * 10 ** -(decimals + 1);
}

/**
 * Whether a value, rounded to the claim's digits, equals the claimed value.
 *
 * @example printsAs(47.58, { kind: "point", printed: "47.6", unit: "s" }) // true
 */
export const printsAs = (value: number, { printed }: Expected): boolean =>
  Math.abs(value - Number(printed)) <= halfDigit(printed) * (1 + 1e-9);
