import { csvText, fixed } from "../../campaign-files/csv.js";
import { endOf, type ReadySample, type RoundEvent } from "../../campaign-files/index.js";
import { parseRunName } from "../../logs/index.js";
import { type End, ends } from "../../model/end.js";
import { groupBy } from "../../model/group-by.js";
import type { StartCell } from "../datasets/dataset.js";
import { byGrid } from "../grid-order.js";
import { ascending, fewestRounds, type Interval, quantileR7, random } from "../stats/index.js";

/** The quantiles of a latency table, in addition to the maximum. */
const latencyQuantiles = [0.5, 0.9, 0.95, 0.99] as const;

/** The latencies of one cell to one end, in milliseconds. */
export interface LatencyRow extends Pick<StartCell, "run" | "experiment" | "runtime" | "density" | "concurrency"> {
  readonly end: End;
  /** Number of cold starts in complete rounds, and of these rounds. */
  readonly samples: number;
  readonly rounds: number;
  /** In the order of `latencyQuantiles`, each with its 95 % interval; null if there are too few rounds. */
  readonly quantiles: readonly { readonly ms: number; readonly interval: Interval | null }[];
  readonly maxMs: number;
}

/** The time to stop and remove each sandbox of a cell, in milliseconds. */
export interface RemovalRow extends Omit<LatencyRow, "end"> {}

/**
 * Computes latency percentiles of a campaign, a row for each cell and each end that its cold starts reached: a campaign until
 * the response also has those of the sandbox, the container and the first line. Incomplete rounds are left out.
 *
 * The intervals come from resampling whole rounds (a percentile bootstrap of clusters), because the cold starts of one round
 * depend on each other.
 */
export function latencyTable(rounds: readonly RoundEvent[]): readonly LatencyRow[] {
  return cellsOf(rounds).flatMap(cell =>
    ends.flatMap(end => {
      const values = cell.map(({ samples }) =>
        samples.flatMap(sample => (sample.status === "ready" ? (latencyTo(end, sample) ?? []) : [])),
      );
      if (values.some((each, index) => each.length < cell[index]!.samples.length)) return [];
      return [{ ...placeOf(cell[0]!), end, ...summarise(values, `${end} ${keyOf(cell[0]!)}`) }];
    }),
  );
}

/** Computes removal times of a campaign, a row for each cell; empty if the campaign did not record them. */
export function removalTable(rounds: readonly RoundEvent[]): readonly RemovalRow[] {
  return cellsOf(rounds).flatMap(cell => {
    const values = cell.flatMap(({ removalsMs }) => (removalsMs === undefined ? [] : [removalsMs]));
    if (values.flat().length === 0) return [];
    return [{ ...placeOf(cell[0]!), ...summarise(values, `removal ${keyOf(cell[0]!)}`) }];
  });
}

/** Returns a latency table as CSV: `latency_time.csv`, `latency_density.csv`, `removal.csv`. A missing interval is empty. */
export function latencyCsv(rows: readonly (RemovalRow & { readonly end?: End })[]): string {
  const withEnd = rows.some(({ end }) => end !== undefined);
  const names = latencyQuantiles.map(p => `p${p * 100}`);
  const header = [
    ...["runtime", "density", "concurrency", ...(withEnd ? ["end"] : []), "samples", "rounds"],
    ...names.flatMap(name => [`${name}_ms`, `${name}_low_ms`, `${name}_high_ms`]),
    "max_ms",
  ];
  const lines = rows.map(({ runtime, density, concurrency, end, samples, rounds, quantiles, maxMs }) => [
    ...[runtime, density, concurrency, ...(withEnd ? [end ?? ""] : []), samples, rounds],
    ...quantiles.flatMap(({ ms, interval }) => [fixed(ms), fixed(interval?.[0]), fixed(interval?.[1])]),
    fixed(maxMs),
  ]);
  return csvText([header, ...lines]);
}

/** Returns the rows of a latency table for display: the percentiles without their intervals, in milliseconds. */
export const latencyRows = (rows: readonly LatencyRow[]) =>
  rows.map(({ runtime, density, concurrency, end, samples, quantiles: [p50, p90, , p99], maxMs }) => ({
    runtime,
    density,
    concurrency,
    end,
    samples,
    p50_ms: p50!.ms,
    p90_ms: p90!.ms,
    p99_ms: p99!.ms,
    max_ms: maxMs,
  }));

/**
 * Returns the latency to an end; undefined if the cold start did not reach it, or if the end comes after the one that the
 * campaign asked for.
 */
function latencyTo(end: End, sample: ReadySample): number | undefined {
  const { readyMs, startedMs, outputMs, respondedMs, sentMs, until = "sandbox" } = sample;
  if (ends.indexOf(end) > ends.indexOf(until)) return undefined;
  const ms = { sandbox: readyMs, container: startedMs, output: outputMs, response: respondedMs }[end];
  return ms === undefined ? undefined : (end === until ? endOf(sample) : ms) - sentMs;
}

const draws = 999;

function summarise(byRound: readonly (readonly number[])[], seed: string) {
  const all = ascending(byRound.flat());
  const quantiles = latencyQuantiles.map(p => quantileR7(all, p));
  const resampled = byRound.length < fewestRounds ? null : resample(byRound, seed);
  return {
    samples: all.length,
    rounds: byRound.length,
    quantiles: quantiles.map((ms, index) => ({
      ms,
      interval:
        resampled === null
          ? null
          : ([quantileR7(resampled[index]!, 0.025), quantileR7(resampled[index]!, 0.975)] satisfies Interval),
    })),
    maxMs: all.at(-1) ?? Number.NaN,
  };
}

/** Returns each quantile of the resamples, ascending. */
function resample(byRound: readonly (readonly number[])[], seed: string): readonly (readonly number[])[] {
  const draw = random(seed);
  const found = latencyQuantiles.map(() => [] as number[]);
  for (let n = 0; n < draws; n++) {
    const values = ascending(byRound.flatMap(() => byRound[draw.below(byRound.length)]!));
    for (const [index, p] of latencyQuantiles.entries()) found[index]!.push(quantileR7(values, p));
  }
  return found.map(ascending);
}

/** Returns the complete rounds of each cell, by runtime, density and concurrency. */
export function cellsOf(rounds: readonly RoundEvent[]): readonly (readonly RoundEvent[])[] {
  const complete = rounds.filter(({ makespanMs }) => makespanMs !== null);
  return [...groupBy(complete, keyOf).values()].sort(([a], [b]) => byGrid(a!, b!));
}

/** Returns the key of a round's cell. */
export const keyOf = ({ run, density, concurrency }: RoundEvent): string => `${run} ${density} ${concurrency}`;

/** Returns the cell of a round. */
export function placeOf({ run, runtime, density, concurrency }: RoundEvent) {
  const experiment = parseRunName(run)?.experiment === "density" ? ("density" as const) : ("time" as const);
  return { run, experiment, runtime, density, concurrency };
}
