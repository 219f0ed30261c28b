import type { Dataset, RunInfo } from "../../datasets/dataset.js";
import { makingMs } from "../../datasets/operation-cells.js";
import { type MemoryGroup, memoryGroups, type StartGroup, startGroups } from "../../groups.js";
import { labelIn } from "../../label-in.js";
import type { MemoryPlace, OperationPlace, Quantity, StartPlace } from "../paper/claim.js";
import { cellName, placeOf } from "./places.js";

/** A run from which a value was computed. */
export interface Source {
  readonly dataset: string;
  readonly run: RunInfo;
}

/** The values from which a mean or median is computed, one per round or snapshot. */
export interface Rounds {
  readonly values: readonly number[];
  readonly sources: readonly Source[];
}

/** What is missing, and would have to be measured. */
export interface Missing {
  readonly missing: string;
}

/** Returns the rounds of a quantity that is about one cell, or what would have to be measured. */
export function roundsOf(quantity: Quantity, dataset: Dataset): Rounds | Missing {
  if (quantity.statistic === "time of an operation") return operations(quantity.at, dataset);
  const at = placeOf(quantity);
  if (at === null) throw new TypeError(`${quantity.statistic} has no rounds`);
  const group = at.experiment === "memory" ? memoryGroup(at, dataset) : startGroup(at, dataset);
  const values = group === undefined ? [] : valuesOf(quantity, group);
  if (group === undefined || values.length === 0) {
    return { missing: `${quantity.statistic} of ${labelIn(dataset, at.runtime)}, ${cellName(at)}, in ${dataset.name}` };
  }
  return { values, sources: sourcesOf(group.cells, dataset) };
}

function valuesOf(quantity: Quantity, group: StartGroup | MemoryGroup): readonly number[] {
  if (!("concurrency" in group)) return group.pssesKiB;
  return quantity.statistic === "CPU per sandbox" ? group.cpusMs : group.makespansMs;
}

function operations(at: OperationPlace, dataset: Dataset): Rounds | Missing {
  const { experiment, variant, concurrency, count } = at;
  const cells = (dataset.operations ?? []).filter(
    cell =>
      cell.experiment === experiment &&
      cell.variant === variant &&
      cell.concurrency === concurrency &&
      cell.density === 0 &&
      (count === undefined || cell.count === count),
  );
  const values = cells.flatMap(({ rounds }) => rounds.map(makingMs));
  if (values.length > 0) return { values, sources: sourcesOf(cells, dataset) };
  const made = count === undefined ? "" : `, with ${count} containers`;
  return {
    missing: `a campaign of \`rund-lab run ${experiment}\` that measures ${variant} at concurrency ${concurrency}${made}`,
  };
}

export const startGroup = (at: StartPlace, dataset: Dataset): StartGroup | undefined =>
  startGroups(dataset).find(
    group =>
      group.experiment === at.experiment &&
      group.runtime === at.runtime &&
      group.density === at.density &&
      group.concurrency === at.concurrency,
  );

export const memoryGroup = (at: Omit<MemoryPlace, "experiment">, dataset: Dataset): MemoryGroup | undefined =>
  memoryGroups(dataset).find(
    group => group.runtime === at.runtime && group.memoryMb === at.memoryMb && group.density === at.density,
  );

/** Returns the runs of cells, in the dataset's order. */
export function sourcesOf(cells: readonly { readonly run: string }[], dataset: Dataset): readonly Source[] {
  const names = new Set(cells.map(({ run }) => run));
  return dataset.runs.filter(({ run }) => names.has(run)).map(run => ({ dataset: dataset.name, run }));
}
