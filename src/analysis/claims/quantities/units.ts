import type { Expected, Quantity, Unit } from "../paper/claim.js";

/** Factors from a quantity's base unit (ms, KiB, sandboxes, percent). */
const factors: Readonly<Record<Unit, number>> = {
  ms: 1,
  s: 1 / 1000,
  MiB: 1 / 1024,
  MB: 1024 / 1e6,
  "%": 1,
  sandboxes: 1,
  "sandboxes/s": 1,
};

/**
 * Returns a value, given in a quantity's base unit (ms, KiB, sandboxes, percent), in another unit of the same kind.
 *
 * @example inUnit(24_576, "MiB") // 24
 */
export const inUnit = (value: number, unit: Unit): number => value * factors[unit];

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

/** Returns a statistic's name as verdicts print it. */
export const statisticName = (quantity: Quantity): string =>
  quantity.statistic === "reduction"
    ? `reduction of ${statisticName(quantity.of)}`
    : quantity.statistic === "increase"
      ? `increase of ${statisticName(quantity.of)}`
      : quantity.statistic;
