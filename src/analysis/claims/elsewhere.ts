import type { Dataset } from "../datasets/dataset.js";
import { memoryGroups, startGroups } from "../groups.js";
import type { Expected, Place, Quantity } from "./paper/claim.js";
import { valuesOnly } from "./quantities/estimators.js";
import { placeName } from "./quantities/place-name.js";
import { type Evidence, measureQuantity } from "./quantities/quantity.js";
import { inUnit, printsAs } from "./quantities/units.js";

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
 * @returns null if the claim has fewer than two significant digits, or its statistic has no cells
 */
export function searchElsewhere(expected: Expected, quantity: Quantity, evidence: Evidence): Elsewhere | null {
  const own = placeOf(quantity);
  if (own === null || expected.printed.replace(/^0\.0*|\./g, "").length < 2) return null;
  const others = placesLike(own, evidence.dataset).filter(place => placeName(place) !== placeName(own));
  let searched = 0;
  const found: { at: string; place: Place; value: number }[] = [];
  for (const place of others) {
    const value = plainValue(moved(quantity, place), evidence);
    if (value === null) continue;
    searched++;
    if (printsAs(inUnit(value, expected.unit), expected)) {
      found.push({ at: placeName(place), place, value: inUnit(value, expected.unit) });
    }
  }
  return { searched, found };
}

/** Returns the cell of a quantity; for a reduction, the cell of the reduced quantity. */
function placeOf(quantity: Quantity): Place | null {
  if ("at" in quantity) return quantity.statistic === "time of an operation" ? null : quantity.at;
  return quantity.statistic === "reduction" ? placeOf(quantity.of) : null;
}

export function placesLike(own: Place, dataset: Dataset): readonly Place[] {
  if (own.experiment === "memory") {
    return memoryGroups(dataset)
      .filter(({ runtime }) => runtime === own.runtime)
      .map(({ runtime, memoryMb, density }) => ({ experiment: "memory", runtime, memoryMb, density }));
  }
  return startGroups(dataset)
    .filter(group => group.runtime === own.runtime && group.makespansMs.length > 0)
    .map(({ experiment, runtime, density, concurrency }) => ({ experiment, runtime, density, concurrency }));
}

/** Returns the same quantity in another cell, each runtime unchanged. */
export function moved(quantity: Quantity, place: Place): Quantity {
  if (quantity.statistic === "reduction") {
    return { ...quantity, of: moved(quantity.of, place), against: moved(quantity.against, place) };
  }
  if (!("at" in quantity) || quantity.statistic === "time of an operation") return quantity;
  return { ...quantity, at: { ...place, runtime: quantity.at.runtime } } as Quantity;
}

function plainValue(quantity: Quantity, evidence: Evidence): number | null {
  const found = measureQuantity(quantity, evidence, valuesOnly);
  return "missing" in found ? null : found.estimate.value;
}
