import type { Dataset } from "../../datasets/dataset.js";
import { startGroups } from "../../groups.js";
import type { Claim, Part, Quantity, Reading } from "../paper/claim.js";
import { placeOf } from "./places.js";

/** One reading of one part of a claim. */
export interface PartReading {
  readonly part: Part;
  readonly reading: Reading;
  /** Whether this reading decides its part. */
  readonly primary: boolean;
}

/**
 * Returns the readings of a claim. One that asks for every concurrency becomes one for each concurrency that the dataset has.
 *
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export function readingsOf({ parts }: Claim, dataset: Dataset): readonly PartReading[] {
  return parts.flatMap(part =>
    part.readings.flatMap((reading, index) =>
      forEachConcurrency(reading, dataset).map(own => ({ part, reading: own, primary: index === 0 })),
    ),
  );
}

function forEachConcurrency(reading: Reading, dataset: Dataset): readonly Reading[] {
  const at = placeOf(reading.quantity);
  if (at === null || at.experiment === "memory" || at.concurrency !== "each") return [reading];
  return startGroups(dataset)
    .filter(group => group.runtime === at.runtime && group.experiment === at.experiment && group.density === at.density)
    .map(({ concurrency }) => ({
      ...reading,
      name: `${reading.name} at ${concurrency}`,
      quantity: { ...reading.quantity, at: { ...at, concurrency } } as Quantity,
    }));
}
