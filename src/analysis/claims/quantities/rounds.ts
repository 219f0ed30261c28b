import { sandboxCost, sandboxesIn } from "../../capacity/index.js";
import type { Dataset, RunInfo } from "../../datasets/dataset.js";
import { makingMs } from "../../datasets/operation-cells.js";
import { type MemoryGroup, memoryGroups, type StartGroup, startGroups } from "../../groups.js";
import { labelIn } from "../../label-in.js";
import { sum } from "../../stats/index.js";
import type { MemoryPlace, OperationPlace, Place, Quantity, StartPlace } from "../paper/claim.js";
import { cellName, placeOf } from "./places.js";

/** The data on which a claim is judged. */
export interface Evidence {
  readonly dataset: Dataset;
  /** The dataset that provides a baseline runtime, if the judged dataset lacks it. */
  readonly baseline?: Dataset;
}

/** A run from which a value was computed. */
export interface Source {
  readonly dataset: string;
  readonly run: RunInfo;
}

/** The values from which a quantity is computed. */
export interface Rounds {
  /** One per round or snapshot; for a quantity that is not a mean or a median of them, its value alone. */
  readonly values: readonly number[];
  /** The values of the second quantity of a reduction or an increase. */
  readonly others?: readonly number[];
  /** Number of rounds or snapshots. */
  readonly n: number;
  readonly sources: readonly Source[];
}

/** The missing measurement, in words. */
export interface Missing {
  readonly missing: string;
}

/** Returns the rounds of a quantity, or the missing measurement. */
export function roundsOf(quantity: Quantity, evidence: Evidence): Rounds | Missing {
  const { dataset } = evidence;
  switch (quantity.statistic) {
    case "reduction":
      return ofTwo(quantity.of, quantity.against, evidence);
    case "increase":
      return ofTwo(quantity.of, quantity.over, evidence);
    case "time of an operation":
      return ofOperation(quantity.at, dataset);
    case "still waiting":
      return stillWaiting(quantity, dataset);
    case "sandboxes at once":
      return atOnce(quantity, dataset);
    case "capacity":
      return byModel(quantity, dataset);
    case "memory per sandbox": {
      const group = memoryGroup(quantity.at, dataset);
      return inCell(quantity, group?.pssesKiB, group, dataset);
    }
    case "CPU per sandbox": {
      const group = startGroup(quantity.at, dataset);
      return inCell(quantity, group?.cpusMs, group, dataset);
    }
    default: {
      const group = startGroup(quantity.at, dataset);
      return inCell(quantity, group?.makespansMs, group, dataset);
    }
  }
}

function ofTwo(first: Quantity, second: Quantity, evidence: Evidence): Rounds | Missing {
  const { dataset } = evidence;
  const own = roundsOf(first, { dataset });
  if ("missing" in own) return own;
  const place = placeOf(second);
  const other = roundsOf(second, { dataset: place === null ? dataset : datasetWith(place.runtime, evidence) });
  if ("missing" in other) return other;
  return { ...own, others: other.values, sources: [...own.sources, ...other.sources] };
}

/** Returns the judged dataset, or the baseline if only the baseline may have the runtime. */
export const datasetWith = (runtime: string, { dataset, baseline }: Evidence): Dataset =>
  dataset.runs.some(run => run.runtime === runtime) ? dataset : (baseline ?? dataset);

function inCell(
  { statistic, at }: Quantity & { readonly at: Place },
  values: readonly number[] = [],
  group: StartGroup | MemoryGroup | undefined,
  dataset: Dataset,
): Rounds | Missing {
  if (group === undefined || values.length === 0) {
    return { missing: `${statistic} of ${labelIn(dataset, at.runtime)}, ${cellName(at)}, in ${dataset.name}` };
  }
  return { values, n: values.length, sources: sourcesOf(group.cells, dataset) };
}

/** Returns the number of sandboxes in an average round that were not ready at a moment. */
function stillWaiting(
  quantity: Quantity & { readonly statistic: "still waiting" },
  dataset: Dataset,
): Rounds | Missing {
  const group = startGroup(quantity.at, dataset);
  const found = inCell(quantity, group?.makespansMs, group, dataset);
  if ("missing" in found || group === undefined) return found;
  const ready = sum(group.cells.map(cell => shareBelow(cell.latencyQuantiles, quantity.ms) * cell.samples));
  const share = ready / sum(group.cells.map(({ samples }) => samples));
  return { ...found, values: [(1 - share) * group.concurrency] };
}

/**
 * Returns the share of values at or below a limit, from their quantiles on an even grid, by linear interpolation.
 *
 * @example shareBelow([0, 10, 20], 15) // 0.75
 */
export function shareBelow(quantiles: readonly number[], limit: number): number {
  const above = quantiles.findIndex(value => value > limit);
  if (above < 0) return 1;
  if (above === 0) return 0;
  const [low, high] = [quantiles[above - 1]!, quantiles[above]!];
  return (above - 1 + (limit - low) / (high - low)) / (quantiles.length - 1);
}

function atOnce(
  { runtime, memoryMb, atLeast }: Quantity & { readonly statistic: "sandboxes at once" },
  dataset: Dataset,
): Rounds | Missing {
  const counts = memoryGroups(dataset)
    .filter(group => group.runtime === runtime && group.memoryMb === memoryMb)
    .map(({ cells }) => ({ cells, count: Math.max(...cells.map(({ sandboxes }) => sandboxes)) }));
  const most = Math.max(0, ...counts.map(({ count }) => count));
  const cells = counts.find(({ count }) => count === most)?.cells;
  if (cells === undefined || most < atLeast) {
    return {
      missing: `a campaign with ${atLeast} ${labelIn(dataset, runtime)} sandboxes of ${memoryMb} MB at once (${dataset.name} stops at ${most})`,
    };
  }
  return { values: [most], n: 1, sources: sourcesOf(cells, dataset) };
}

/** Returns the number of sandboxes that fit on a host, by a model of a sandbox's cost. */
function byModel(quantity: Quantity & { readonly statistic: "capacity" }, dataset: Dataset): Rounds | Missing {
  const { model, runtime, memoryMb, density, hostBytes } = quantity;
  const cost = sandboxCost(dataset, runtime, memoryMb, density);
  const group = memoryGroup(quantity, dataset);
  const kiB = (name: string) => cost?.models.find(own => own.model === name)?.perSandboxKiB ?? null;
  const each = model === "label and PSS" ? memoryMb * 1024 + (kiB("idle") ?? Number.NaN) : kiB(model);
  if (group === undefined || each === null)
    return { missing: `memory of ${labelIn(dataset, runtime)} with ${memoryMb} MB, in ${dataset.name}` };
  return { values: [sandboxesIn(hostBytes, each)], n: 1, sources: sourcesOf(group.cells, dataset) };
}

function ofOperation(at: OperationPlace, dataset: Dataset): Rounds | Missing {
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
  if (values.length > 0) return { values, n: values.length, sources: sourcesOf(cells, dataset) };
  const made = count === undefined ? "" : `, with ${count} containers`;
  return {
    missing: `a campaign of \`rund-lab run ${experiment}\` that measures ${variant} at concurrency ${concurrency}${made}`,
  };
}

const startGroup = (at: StartPlace, dataset: Dataset): StartGroup | undefined =>
  startGroups(dataset).find(
    group =>
      group.experiment === at.experiment &&
      group.runtime === at.runtime &&
      group.density === at.density &&
      group.concurrency === at.concurrency,
  );

const memoryGroup = (at: Omit<MemoryPlace, "experiment">, dataset: Dataset): MemoryGroup | undefined =>
  memoryGroups(dataset).find(
    group => group.runtime === at.runtime && group.memoryMb === at.memoryMb && group.density === at.density,
  );

/** Returns the runs of cells, in the dataset's order. */
function sourcesOf(cells: readonly { readonly run: string }[], dataset: Dataset): readonly Source[] {
  const names = new Set(cells.map(({ run }) => run));
  return dataset.runs.filter(({ run }) => names.has(run)).map(run => ({ dataset: dataset.name, run }));
}
