import { type Confound, confoundsBetween, mergeConfounds } from "../../confounds.js";
import type { Dataset } from "../../datasets/dataset.js";
import { startGroups } from "../../groups.js";
import { type Estimate, mapEstimate } from "../../stats/index.js";
import type { Claim, Expected, Part, Quantity, Reading } from "../paper/claim.js";
import { type CellValues, cellValues } from "./cell-values.js";
import { placeOf } from "./places.js";
import { type Evidence, measureQuantity } from "./quantity.js";
import type { Source } from "./rounds.js";
import { inUnit } from "./units.js";

/** A run from which a value was computed. */
export interface RunName {
  readonly dataset: string;
  readonly run: string;
  readonly runtime: string;
  /** The machine, if the run recorded it. */
  readonly machine: string | null;
}

/** One reading of one part of a claim, and everything that the data has for it. */
export interface MeasuredReading {
  readonly part: string;
  readonly reading: Reading;
  /** Whether this reading decides its part. */
  readonly primary: boolean;
  /** In the claim's unit; null if there is no data. */
  readonly estimate: Estimate | null;
  readonly sources: readonly RunName[];
  /** What else differs between the first run and the runs that it is compared with. */
  readonly confounds: readonly Confound[];
  /** What would have to be measured, if there is no data. */
  readonly needs: string | null;
  /** The same quantity in all cells, in the claim's unit, for a primary reading with data; null if it is not about a cell. */
  readonly cells: CellValues | null;
  /** What the reading reduces, if it is a primary one that claims a reduction by a certain percentage. */
  readonly reduction: MeasuredReduction | null;
}

/** A claimed reduction from a baseline to the quantity that the claim is about. Values are in `unit`. */
export interface MeasuredReduction {
  readonly part: string;
  readonly claimed: Expected;
  /** What is reduced, of which runtime, and its recorded value; null if it was not measured. */
  readonly statistic: Quantity["statistic"];
  readonly runtime: string;
  readonly recorded: number | null;
  readonly unit: "ms" | "MiB";
  readonly baseline: CellValues;
  /** The baseline as the paper states it, if it does. */
  readonly stated: Expected | null;
}

/**
 * Measures each reading of each part of a claim; a reading that asks for every concurrency becomes one for each measured
 * concurrency.
 *
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export const measureClaim = ({ parts }: Claim, evidence: Evidence): readonly MeasuredReading[] =>
  parts.flatMap(part =>
    part.readings.flatMap(reading =>
      forEachConcurrency(reading, evidence.dataset).map(own =>
        measureReading(part, own, reading === part.readings[0], evidence),
      ),
    ),
  );

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

function measureReading(part: Part, reading: Reading, primary: boolean, evidence: Evidence): MeasuredReading {
  const { quantity, expected } = reading;
  const head = { part: part.of, reading, primary, reduction: primary ? reductionOf(part, evidence) : null };
  const found = measureQuantity(quantity, evidence);
  if ("missing" in found || !Number.isFinite(found.estimate.value)) {
    const needs =
      "missing" in found ? found.missing : "values above 0, because the ratio of other values has no meaning";
    return { ...head, estimate: null, sources: [], confounds: [], needs, cells: null };
  }
  return {
    ...head,
    estimate: mapEstimate(found.estimate, value => inUnit(value, expected.unit)),
    sources: found.sources.map(({ dataset, run: { run, runtime, machine = null } }) => ({
      ...{ dataset, run, runtime, machine },
    })),
    confounds: confoundsAmong(found.sources),
    needs: null,
    cells: primary ? cellValues(quantity, evidence, expected.unit) : null,
  };
}

function reductionOf({ of, readings: [reading], statedBaseline }: Part, evidence: Evidence): MeasuredReduction | null {
  const { expected: claimed, quantity } = reading;
  if (quantity.statistic !== "reduction" || claimed.kind !== "point") return null;
  const { statistic } = quantity.of;
  const unit = statistic === "memory per sandbox" ? "MiB" : "ms";
  const [reduced, baseline] = [quantity.of, quantity.against].map(own => cellValues(own, evidence, unit));
  const place = placeOf(quantity);
  if (!reduced || !baseline || place === null) return null;
  const { own: recorded } = reduced;
  return {
    part: of,
    claimed,
    statistic,
    runtime: place.runtime,
    recorded,
    unit,
    baseline,
    stated: statedBaseline ?? null,
  };
}

function confoundsAmong([first, ...others]: readonly Source[]): readonly Confound[] {
  if (first === undefined) return [];
  return mergeConfounds(others.map(other => confoundsBetween(first.run, other.run)));
}
