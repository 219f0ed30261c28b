import type { Dataset } from "../../datasets/dataset.js";
import { memoryGroups, startGroups } from "../../groups.js";
import {
  type Estimate,
  estimateDifference,
  estimateMean,
  estimateQuantile,
  estimateRatio,
  type Interval,
  mapEstimate,
} from "../../stats/index.js";
import type { Place, Quantity } from "../paper/claim.js";
import { placeName, placeOf } from "./places.js";
import { datasetWith, type Evidence, type Missing, type Rounds, roundsOf, type Source } from "./rounds.js";

/** A quantity's value, in ms, KiB, sandboxes, sandboxes per second or percent. */
interface Measured {
  /** With an interval if there are enough rounds. */
  readonly estimate: Estimate;
  readonly sources: readonly Source[];
}

/**
 * Measures a quantity on the data.
 *
 * @param draws number of resamples for the interval; 0 to compute only the value
 * @returns the value with its interval, or the missing measurement
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export function measureQuantity(quantity: Quantity, evidence: Evidence, draws?: number): Measured | Missing {
  const rounds = roundsOf(quantity, evidence);
  if ("missing" in rounds) return rounds;
  return { estimate: estimateOf(quantity, rounds, draws), sources: rounds.sources };
}

function estimateOf(quantity: Quantity, { values, others = [], n }: Rounds, draws: number | undefined): Estimate {
  const seed = JSON.stringify(quantity);
  switch (quantity.statistic) {
    case "mean makespan":
    case "CPU per sandbox":
    case "memory per sandbox":
    case "time of an operation":
      return estimateMean(values, seed, draws);
    case "median makespan":
      return estimateQuantile(values, 0.5, seed, draws);
    case "starts per second": {
      const perSecond = (ms: number) => (Number(quantity.at.concurrency) * 1000) / ms;
      return mapEstimate(estimateMean(values, seed, draws), perSecond);
    }
    case "reduction": {
      const ratio = estimateRatio(values, others, JSON.stringify([quantity.of, quantity.against]), draws);
      return mapEstimate(ratio, own => 100 * (1 - own));
    }
    case "increase":
      return estimateDifference(values, others, JSON.stringify([quantity.of, quantity.over]), draws);
    case "sandboxes at once": {
      // a count is exact, so it needs no repetition
      const exact: Interval = [values[0]!, values[0]!];
      return { ...withoutInterval(values[0]!, n), interval: exact, at: () => exact };
    }
    default:
      return withoutInterval(values[0]!, n);
  }
}

const withoutInterval = (value: number, n: number): Estimate => ({
  value,
  n,
  interval: null,
  method: "none",
  caveat: null,
  at: () => null,
});

/** A quantity's values, without intervals, in its own cell and in all other cells of its runtime and experiment that have one. */
export interface CellValues {
  /** Null if its own cell was not measured. */
  readonly own: number | null;
  readonly others: readonly { readonly place: Place; readonly value: number }[];
  /** For a reduction: the values of the reduced quantity, and those of the baseline. */
  readonly terms?: readonly [of: CellValues, against: CellValues];
}

/** Returns a quantity's values in the cells of the grid; null if it is not about a cell. */
export function cellValues(quantity: Quantity, evidence: Evidence): CellValues | null {
  const own = placeOf(quantity);
  if (own === null) return null;
  const dataset = datasetWith(own.runtime, evidence);
  const valueAt = (place: Place) => {
    const found = measureQuantity(moved(quantity, place), { ...evidence, dataset }, 0);
    return "missing" in found ? null : found.estimate.value;
  };
  const others = placesLike(own, dataset).flatMap(place => {
    const value = placeName(place) === placeName(own) ? null : valueAt(place);
    return value === null ? [] : [{ place, value }];
  });
  if (quantity.statistic !== "reduction") return { own: valueAt(own), others };
  const [of, against] = [cellValues(quantity.of, evidence), cellValues(quantity.against, evidence)];
  return { own: valueAt(own), others, ...(of === null || against === null ? {} : { terms: [of, against] }) };
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
