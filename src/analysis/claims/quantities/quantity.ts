import { sandboxCost, sandboxesIn } from "../../capacity/index.js";
import type { Dataset } from "../../datasets/dataset.js";
import { type MemoryGroup, memoryGroups } from "../../groups.js";
import { labelIn } from "../../label-in.js";
import {
  type Estimate,
  estimateDifference,
  estimateMean,
  estimateQuantile,
  estimateRatio,
  type Interval,
  mapEstimate,
} from "../../stats/index.js";
import type { Quantity } from "../paper/claim.js";
import { placeOf } from "./places.js";
import { type Missing, memoryGroup, roundsOf, type Source, sourcesOf, startGroup } from "./rounds.js";

/** The data on which a claim is judged. */
export interface Evidence {
  readonly dataset: Dataset;
  /** The dataset that provides a baseline runtime, if the judged dataset lacks it. */
  readonly baseline?: Dataset;
}

/** A quantity's value, in ms, KiB, sandboxes, sandboxes per second or percent. */
export interface Measured {
  /** With an interval if there are enough rounds. */
  readonly estimate: Estimate;
  readonly sources: readonly Source[];
}

/**
 * Measures a quantity on the data.
 *
 * @param draws number of resamples for the interval; 0 to compute only the value
 * @returns the value with its interval, or what would be needed
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export function measureQuantity(quantity: Quantity, evidence: Evidence, draws?: number): Measured | Missing {
  const { dataset } = evidence;
  const mean = (values: readonly number[], seed: string) => estimateMean(values, seed, draws);
  switch (quantity.statistic) {
    case "mean makespan":
    case "CPU per sandbox":
    case "memory per sandbox":
    case "time of an operation":
      return fromRounds(quantity, dataset, mean);
    case "median makespan":
      return fromRounds(quantity, dataset, (values, seed) => estimateQuantile(values, 0.5, seed, draws));
    case "starts per second": {
      const perSecond = (ms: number) => (Number(quantity.at.concurrency) * 1000) / ms;
      return fromRounds(quantity, dataset, (values, seed) => mapEstimate(mean(values, seed), perSecond));
    }
    case "still waiting":
      return stillWaiting(quantity, dataset);
    case "reduction":
      return fromTwo(quantity.of, quantity.against, evidence, (of, against, seed) =>
        mapEstimate(estimateRatio(of, against, seed, draws), ratio => 100 * (1 - ratio)),
      );
    case "increase":
      return fromTwo(quantity.of, quantity.over, evidence, (of, over, seed) =>
        estimateDifference(of, over, seed, draws),
      );
    case "sandboxes at once":
      return atOnce(quantity, dataset);
    case "capacity":
      return byModel(quantity, dataset);
  }
}

/** Returns the judged dataset, or the baseline if only that may have a runtime. */
export const datasetWith = (runtime: string, { dataset, baseline }: Evidence): Dataset =>
  dataset.runs.some(run => run.runtime === runtime) ? dataset : (baseline ?? dataset);

function fromRounds(
  quantity: Quantity,
  dataset: Dataset,
  estimate: (values: readonly number[], seed: string) => Estimate,
): Measured | Missing {
  const found = roundsOf(quantity, dataset);
  if ("missing" in found) return found;
  return { estimate: estimate(found.values, JSON.stringify(quantity)), sources: found.sources };
}

function fromTwo(
  first: Quantity,
  second: Quantity,
  evidence: Evidence,
  estimate: (first: readonly number[], second: readonly number[], seed: string) => Estimate,
): Measured | Missing {
  const { dataset } = evidence;
  const a = roundsOf(first, dataset);
  if ("missing" in a) return a;
  const place = placeOf(second);
  const b = roundsOf(second, place === null ? dataset : datasetWith(place.runtime, evidence));
  if ("missing" in b) return b;
  return {
    estimate: estimate(a.values, b.values, JSON.stringify([first, second])),
    sources: [...a.sources, ...b.sources],
  };
}

/** Returns a value without an interval. */
const single = (value: number, n: number): Estimate => ({
  ...{ value, n, interval: null, method: "none", caveat: null, at: () => null },
});

function stillWaiting(
  quantity: Quantity & { readonly statistic: "still waiting" },
  dataset: Dataset,
): Measured | Missing {
  const found = roundsOf(quantity, dataset);
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
  const most = memoryGroups(dataset)
    .filter(group => group.runtime === runtime && group.memoryMb === memoryMb)
    .map(group => ({ group, count: Math.max(...group.cells.map(({ sandboxes }) => sandboxes)) }))
    .reduce<{ group: MemoryGroup; count: number } | null>(
      (best, own) => (best === null || own.count > best.count ? own : best),
      null,
    );
  if (most === null || most.count < atLeast) {
    return {
      missing: `a campaign with ${atLeast} ${labelIn(dataset, runtime)} sandboxes of ${memoryMb} MB at once (${dataset.name} stops at ${most?.count ?? 0})`,
    };
  }
  // a count is exact, so it needs no repetition
  const exact: Interval = [most.count, most.count];
  return {
    estimate: { ...single(most.count, 1), interval: exact, at: () => exact },
    sources: sourcesOf(most.group.cells, dataset),
  };
}

function byModel(quantity: Quantity & { readonly statistic: "capacity" }, dataset: Dataset): Measured | Missing {
  const { model, runtime, memoryMb, density, hostBytes } = quantity;
  const cost = sandboxCost(dataset, runtime, memoryMb, density);
  const group = memoryGroup(quantity, dataset);
  const kiB = (name: string) => cost?.models.find(own => own.model === name)?.perSandboxKiB ?? null;
  const each = model === "label and PSS" ? memoryMb * 1024 + (kiB("idle") ?? Number.NaN) : kiB(model);
  if (group === undefined || each === null)
    return { missing: `memory of ${labelIn(dataset, runtime)} with ${memoryMb} MB, in ${dataset.name}` };
  return { estimate: single(sandboxesIn(hostBytes, each), 1), sources: sourcesOf(group.cells, dataset) };
}
