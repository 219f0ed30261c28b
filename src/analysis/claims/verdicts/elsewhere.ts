import type { Expected, Place } from "../paper/claim.js";
import { placeName } from "../quantities/places.js";
import type { CellValues } from "../quantities/quantity.js";
import { inUnit } from "../quantities/units.js";
import { printsAs } from "./printed.js";

/** Other cells whose value, rounded to the printed digits, equals the claimed one. */
export interface Elsewhere {
  readonly searched: number;
  readonly found: readonly { readonly at: string; readonly place: Place; readonly value: number }[];
}

/**
 * Searches for a claimed value in the other cells of the same runtimes and the same statistic. If a claimed value is missing in
 * its own cell and present in another, the paper may have mixed up the two. The number of searched cells shows how likely such a
 * match is by chance.
 *
 * @returns null if the claim has fewer than two significant digits
 */
export function searchElsewhere(expected: Expected, { others }: CellValues): Elsewhere | null {
  if (expected.printed.replace(/^0\.0*|\./g, "").length < 2) return null;
  const found = others.flatMap(({ place, value: baseValue }) => {
    const value = inUnit(baseValue, expected.unit);
    return printsAs(value, expected) ? [{ at: placeName(place), place, value }] : [];
  });
  return { searched: others.length, found };
}
