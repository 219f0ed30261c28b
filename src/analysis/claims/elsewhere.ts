import type { Dataset } from "../datasets/dataset.js";
import { memoryGroups, startGroups } from "../groups.js";
import type { Expected, MemoryPlace, Quantity, StartPlace } from "./paper/claim.js";
import { type Evidence, measure, placeName, valuesOnly } from "./quantities/quantity.js";
import { inUnit, printsAs } from "./quantities/units.js";

/** Cells other than the claim's own whose value reads, to the printed digits, as the claim does. */
export interface Elsewhere {
  readonly searched: number;
  readonly found: readonly { readonly at: string; readonly place: StartPlace | MemoryPlace; readonly value: number }[];
}

/**
 * Looks for a claimed value in the other cells of the same runtimes and the same statistic: a value that is not in its
 * cell but is another cell's may be a slip of the pen. How many cells were searched says what chance would find.
 *
 * @returns null where the claim has fewer than two significant digits, or a statistic without cells
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

type Place = StartPlace | MemoryPlace;

/** Returns where a quantity is taken: of a reduction, where its first half is. */
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

/** Returns the same quantity at another place, each runtime its own. */
export function moved(quantity: Quantity, place: Place): Quantity {
  if (quantity.statistic === "reduction") {
    return { ...quantity, of: moved(quantity.of, place), against: moved(quantity.against, place) };
  }
  if (!("at" in quantity) || quantity.statistic === "time of an operation") return quantity;
  return { ...quantity, at: { ...place, runtime: quantity.at.runtime } } as Quantity;
}

function plainValue(quantity: Quantity, evidence: Evidence): number | null {
  const found = measure(quantity, evidence, valuesOnly);
  return "missing" in found ? null : found.estimate.value;
}
