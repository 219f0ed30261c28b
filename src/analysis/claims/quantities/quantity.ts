import { sandboxCost, sandboxesIn } from "../../capacity/index.js";
import type { Dataset, RunInfo } from "../../datasets/dataset.js";
import { makingMs } from "../../datasets/operation-cells.js";
import { type MemoryGroup, memoryGroups, type StartGroup, startGroups } from "../../groups.js";
import { labelIn } from "../../label-in.js";
import type { Interval } from "../../stats/bootstrap-t.js";
import { type Estimate, mapEstimate } from "../../stats/estimate.js";
import type { MemoryPlace, Quantity, StartPlace } from "../paper/claim.js";
import { type Estimators, single, withIntervals } from "./estimators.js";
import { cellName } from "./place-name.js";

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

/** A quantity's value, in ms, KiB, sandboxes, sandboxes per second or percent. */
export interface Measured {
  /** With an interval if there are enough rounds. */
  readonly estimate: Estimate;
  readonly sources: readonly Source[];
}

/** What is missing, and would have to be measured. */
export interface Missing {
  readonly missing: string;
}

/**
 * Measures a quantity on the data.
 *
 * @returns the value with its interval, or what would be needed
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export function measureQuantity(
  quantity: Quantity,
  evidence: Evidence,
  by: Estimators = withIntervals,
): Measured | Missing {
  const { dataset } = evidence;
  switch (quantity.statistic) {
    case "mean makespan":
    case "CPU per sandbox":
    case "memory per sandbox":
      return fromRounds(quantity, dataset, by.mean);
    case "time of an operation":
      return fromRounds(quantity, dataset, by.mean);
    case "median makespan":
      return fromRounds(quantity, dataset, by.median);
    case "starts per second": {
      const perSecond = (ms: number) => (Number(quantity.at.concurrency) * 1000) / ms;
      return fromRounds(quantity, dataset, (values, seed) => mapEstimate(by.mean(values, seed), perSecond));
    }
    case "still waiting":
      return stillWaiting(quantity, dataset);
    case "reduction":
      return fromTwo(quantity.of, quantity.against, evidence, (of, against, seed) =>
        mapEstimate(by.ratio(of, against, seed), ratio => 100 * (1 - ratio)),
      );
    case "increase":
      return fromTwo(quantity.of, quantity.over, evidence, by.difference);
    case "sandboxes at once":
      return atOnce(quantity, dataset);
    case "capacity":
      return byModel(quantity, dataset);
  }
}

/** The values from which a mean or median is computed, one per round or snapshot. */
interface Rounds {
  readonly values: readonly number[];
  readonly sources: readonly Source[];
}

function rounds(quantity: Quantity, dataset: Dataset): Rounds | Missing {
  if (!("at" in quantity)) throw new TypeError(`${quantity.statistic} has no rounds`);
  if (quantity.statistic === "time of an operation") return operations(quantity, dataset);
  const { at } = quantity;
  const group = at.experiment === "memory" ? memoryGroup(at, dataset) : startGroup(at, dataset);
  const values = group === undefined ? [] : valuesOf(quantity, group);
  if (group === undefined || values.length === 0) {
    return { missing: `${quantity.statistic} of ${labelIn(dataset, at.runtime)}, ${cellName(at)}, in ${dataset.name}` };
  }
  return { values, sources: sourcesOf(group, dataset) };
}

function operations(
  { at }: Quantity & { readonly statistic: "time of an operation" },
  dataset: Dataset,
): Rounds | Missing {
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
  if (values.length === 0) {
    const made = count === undefined ? "" : `, with ${count} containers`;
    return {
      missing: `a campaign of \`rund-lab run ${experiment}\` that measures ${variant} at concurrency ${concurrency}${made}`,
    };
  }
  const names = new Set(cells.map(({ run }) => run));
  const runs = dataset.runs.filter(({ run }) => names.has(run));
  return { values, sources: runs.map(run => ({ dataset: dataset.name, run })) };
}

function valuesOf(quantity: Quantity, group: StartGroup | MemoryGroup): readonly number[] {
  if (!("concurrency" in group)) return group.pssesKiB;
  return quantity.statistic === "CPU per sandbox" ? group.cpusMs : group.makespansMs;
}

function fromRounds(
  quantity: Quantity,
  dataset: Dataset,
  estimate: (values: readonly number[], seed: string) => Estimate,
): Measured | Missing {
  const found = rounds(quantity, dataset);
  if ("missing" in found) return found;
  return { estimate: estimate(found.values, JSON.stringify(quantity)), sources: found.sources };
}

function fromTwo(
  first: Quantity,
  second: Quantity,
  { dataset, baseline }: Evidence,
  estimate: (first: readonly number[], second: readonly number[], seed: string) => Estimate,
): Measured | Missing {
  const a = rounds(first, dataset);
  if ("missing" in a) return a;
  const runtime = "at" in second && "runtime" in second.at ? second.at.runtime : null;
  const stranger = runtime !== null && !dataset.runs.some(run => run.runtime === runtime);
  const b = rounds(second, stranger && baseline !== undefined ? baseline : dataset);
  if ("missing" in b) return b;
  return {
    estimate: estimate(a.values, b.values, JSON.stringify([first, second])),
    sources: [...a.sources, ...b.sources],
  };
}

function stillWaiting(
  quantity: Quantity & { readonly statistic: "still waiting" },
  dataset: Dataset,
): Measured | Missing {
  const found = rounds(quantity, dataset);
  const group = startGroup(quantity.at, dataset);
  if ("missing" in found || group === undefined) return found as Missing;
  const shares = group.cells.map(cell => ({ share: shareBelow(cell.latencyQuantiles, quantity.ms), of: cell.samples }));
  const ready =
    shares.reduce((total, { share, of }) => total + share * of, 0) / shares.reduce((all, { of }) => all + of, 0);
  return { estimate: single((1 - ready) * group.concurrency, found.values.length), sources: found.sources };
}

/**
 * Returns the share of values at or below a limit, from their quantiles on an even grid, by its linear interpolation.
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
): Measured | Missing {
  const groups = memoryGroups(dataset).filter(group => group.runtime === runtime && group.memoryMb === memoryMb);
  const most = groups.reduce<{ count: number; group: MemoryGroup | null }>(
    (best, group) => {
      const count = Math.max(...group.cells.map(({ sandboxes }) => sandboxes));
      return count > best.count ? { count, group } : best;
    },
    { count: 0, group: null },
  );
  if (most.group === null || most.count < atLeast) {
    return {
      missing: `a campaign with ${atLeast} ${labelIn(dataset, runtime)} sandboxes of ${memoryMb} MB at once (${dataset.name} stops at ${most.count})`,
    };
  }
  // a count is exact, so it needs no repetition
  const exact: Interval = [most.count, most.count];
  return {
    estimate: { ...single(most.count, 1), interval: exact, at: () => exact },
    sources: sourcesOf(most.group, dataset),
  };
}

function byModel(
  { model, runtime, memoryMb, density, hostBytes }: Quantity & { readonly statistic: "capacity" },
  dataset: Dataset,
): Measured | Missing {
  const cost = sandboxCost(dataset, runtime, memoryMb, density);
  const group = memoryGroup({ experiment: "memory", runtime, memoryMb, density }, dataset);
  const kiB = (name: string) => cost?.models.find(own => own.model === name)?.perSandboxKiB ?? null;
  const each = model === "label and PSS" ? memoryMb * 1024 + (kiB("idle") ?? Number.NaN) : kiB(model);
  if (group === undefined || each === null)
    return { missing: `memory of ${labelIn(dataset, runtime)} with ${memoryMb} MB, in ${dataset.name}` };
  return { estimate: single(sandboxesIn(hostBytes, each), 1), sources: sourcesOf(group, dataset) };
}

const startGroup = (at: StartPlace, dataset: Dataset) =>
  startGroups(dataset).find(
    group =>
      group.experiment === at.experiment &&
      group.runtime === at.runtime &&
      group.density === at.density &&
      group.concurrency === at.concurrency,
  );

const memoryGroup = (at: MemoryPlace, dataset: Dataset) =>
  memoryGroups(dataset).find(
    group => group.runtime === at.runtime && group.memoryMb === at.memoryMb && group.density === at.density,
  );

function sourcesOf(group: StartGroup | MemoryGroup, dataset: Dataset): readonly Source[] {
  const names = new Set(group.cells.map(cell => cell.run));
  return dataset.runs.filter(({ run }) => names.has(run)).map(run => ({ dataset: dataset.name, run }));
}
