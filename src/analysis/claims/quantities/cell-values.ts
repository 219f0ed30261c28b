import type { Dataset } from "../../datasets/dataset.js";
import { memoryGroups, startGroups } from "../../groups.js";
import type { Place, Quantity, Unit } from "../paper/claim.js";
import { placeName, placeOf } from "./places.js";
import { datasetWith, type Evidence, measureQuantity } from "./quantity.js";
import { inUnit } from "./units.js";

/** A quantity's values, without intervals, in its own cell and in all other cells of its runtime and experiment that have one. */
export interface CellValues {
  /** Null if its own cell was not measured. */
  readonly own: number | null;
  readonly others: readonly { readonly place: Place; readonly value: number }[];
}

/** Returns a quantity's values in the cells of the grid, in a unit of the claim's; null if the quantity has no cell. */
export function cellValues(quantity: Quantity, evidence: Evidence, unit: Unit): CellValues | null {
  const own = placeOf(quantity);
  if (own === null) return null;
  const dataset = datasetWith(own.runtime, evidence);
  const valueAt = (place: Place) => {
    const found = measureQuantity(moved(quantity, place), { ...evidence, dataset }, 0);
    return "missing" in found ? null : inUnit(found.estimate.value, unit);
  };
  return {
    own: valueAt(own),
    others: placesLike(own, dataset).flatMap(place => {
      const value = placeName(place) === placeName(own) ? null : valueAt(place);
      return value === null ? [] : [{ place, value }];
    }),
  };
}

function placesLike(own: Place, dataset: Dataset): readonly Place[] {
  if (own.experiment === "memory") {
    return memoryGroups(dataset)
      .filter(({ runtime }) => runtime === own.runtime)
      .map(({ runtime, memoryMb, density }) => ({ experiment: "memory", runtime, memoryMb, density }));
  }
  return startGroups(dataset)
    .filter(({ runtime }) => runtime === own.runtime)
    .map(({ experiment, runtime, density, concurrency }) => ({ experiment, runtime, density, concurrency }));
}

/** Returns the same quantity in another cell, each runtime unchanged. */
function moved(quantity: Quantity, place: Place): Quantity {
  if (quantity.statistic === "reduction") {
    return { ...quantity, of: moved(quantity.of, place), against: moved(quantity.against, place) };
  }
  const own = placeOf(quantity);
  return own === null ? quantity : ({ ...quantity, at: { ...place, runtime: own.runtime } } as Quantity);
}
