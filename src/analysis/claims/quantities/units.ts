import type { Unit } from "../paper/claim.js";

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
