import { type Confound, confoundsBetween, mergeConfounds } from "../../confounds.js";
import { type Estimate, mapEstimate } from "../../stats/index.js";
import { type CellValues, cellValues, measureQuantity } from "./quantity.js";
import type { PartReading } from "./readings.js";
import type { Evidence } from "./rounds.js";
import { inUnit } from "./units.js";

/** A run from which a value was computed. */
export interface SourceRun {
  readonly dataset: string;
  readonly run: string;
  readonly runtime: string;
  /** The machine, if the run recorded it. */
  readonly machine: string | null;
}

/** A reading with its measured value, the runs behind the value, and their confounds. */
export interface MeasuredReading extends PartReading {
  /** In the claim's unit; null if there is no data. */
  readonly estimate: Estimate | null;
  readonly sources: readonly SourceRun[];
  /** Other differences between the first run and the runs that it is compared with. */
  readonly confounds: readonly Confound[];
  /** The missing measurement, if there is no data. */
  readonly needs: string | null;
  /** The same quantity in all cells, for a primary reading; null if it is not about a cell. In the quantity's base unit. */
  readonly cells: CellValues | null;
}

/** Measures a reading and, if it is a primary one, the same quantity in all cells. */
export function measureReading(own: PartReading, evidence: Evidence): MeasuredReading {
  const { quantity, expected } = own.reading;
  const found = measureQuantity(quantity, evidence);
  const cells = own.primary ? cellValues(quantity, evidence) : null;
  if ("missing" in found || !Number.isFinite(found.estimate.value)) {
    const needs =
      "missing" in found ? found.missing : "values above 0, because the ratio of other values has no meaning";
    return { ...own, estimate: null, sources: [], confounds: [], needs, cells };
  }
  const { estimate, sources } = found;
  return {
    ...own,
    estimate: mapEstimate(estimate, value => inUnit(value, expected.unit)),
    sources: sources.map(({ dataset, run: { run, runtime, machine = null } }) => ({ dataset, run, runtime, machine })),
    confounds: mergeConfounds(sources.slice(1).map(other => confoundsBetween(sources[0]!.run, other.run))),
    needs: null,
    cells,
  };
}
