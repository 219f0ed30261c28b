import { groupBy } from "../../model/group-by.js";
import { byText } from "../../model/order.js";
import type { ArrivalWindow } from "../datasets/dataset.js";
import { ascending, mean, quantileR7 } from "../stats/index.js";
import { type Backlog, backlog } from "./backlog.js";
import { aliveSpans, inFlightSpans, type Level, levelOf } from "./levels.js";
import { type BoundedQuantile, boundedQuantile } from "./quantile-bound.js";

/** The objective for latencies: a quantile, counted from the scheduled times, that must stay below a limit. */
export interface Objective {
  /** Between 0 and 1: 0.99 for p99. */
  readonly p: number;
  readonly limitMs: number;
}

/** The result of one runtime at one offered rate. Latencies count from the scheduled time of a start. */
export interface RateResult {
  readonly runtime: string;
  /** Offered starts per second; null for a trace at its own rate. */
  readonly rate: number | null;
  readonly windows: number;
  readonly arrivals: number;
  /** Number of arrivals that a limit refused, and of starts that failed or timed out. */
  readonly refused: number;
  readonly failed: number;
  /** Quantiles of the latency in milliseconds; a start that failed or was refused counts as infinitely long. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  /** The objective's quantile with its upper bound; null without an objective. */
  readonly quantile: BoundedQuantile | null;
  /** The window with the fastest growing queue. */
  readonly backlog: Backlog;
  /** The longest delay of a removal, in milliseconds. */
  readonly overdueMs: number;
  /**
   * Starts in flight, and sandboxes that are alive (started and not yet removed): the mean and the maximum over all windows.
   */
  readonly inFlight: Level;
  readonly alive: Level;
  /**
   * Whether the objective is met and the queue is stable; `undecided` if there are too few starts for a bound and nothing else
   * fails; null without an objective.
   */
  readonly held: boolean | "undecided" | null;
}

/** The highest rate that a runtime held, and the next one that it did not hold. */
export interface HeldRate {
  readonly runtime: string;
  /** Null if not even the lowest rate was held. */
  readonly highest: number | null;
  /** Null if no offered rate fails. */
  readonly failsAt: number | null;
  /** Lower rates that had too few starts for a decision. */
  readonly undecided: readonly number[];
}

/**
 * Summarises the windows of an open loop by runtime and offered rate.
 *
 * A rate is held if the upper confidence bound of the objective's quantile is within the limit, no arrival was refused, and the
 * queue grew in no window.
 *
 * @returns a row per runtime and rate, rates ascending; a trace at its own rate is a row whose rate is null
 */
export function rateResults(windows: readonly ArrivalWindow[], objective: Objective | null): readonly RateResult[] {
  return [...groupBy(windows, ({ runtime, rate }) => `${runtime} ${rate}`).values()]
    .map(own => rateResult(own, objective))
    .sort((a, b) => byText(a.runtime, b.runtime) || (a.rate ?? 0) - (b.rate ?? 0));
}

/**
 * Returns the highest rate that each runtime held, of the rates below the first one that fails.
 *
 * @param results rates ascending, as `rateResults` returns them for an objective
 */
export function heldRates(results: readonly RateResult[]): readonly HeldRate[] {
  const runtimes = [...new Set(results.map(({ runtime }) => runtime))];
  return runtimes.map(runtime => {
    const own = results.flatMap(({ runtime: id, rate, held }) =>
      id === runtime && rate !== null ? [{ rate, held }] : [],
    );
    const fails = own.findIndex(({ held }) => held === false);
    const below = fails < 0 ? own : own.slice(0, fails);
    return {
      runtime,
      highest: below.findLast(({ held }) => held === true)?.rate ?? null,
      failsAt: own[fails]?.rate ?? null,
      undecided: below.flatMap(({ rate, held }) => (held === "undecided" ? [rate] : [])),
    };
  });
}

function rateResult(windows: readonly ArrivalWindow[], objective: Objective | null): RateResult {
  const { runtime, rate } = windows[0]!;
  const starts = windows.flatMap(window => window.starts);
  const latencies = starts.map(latencyOf);
  const sorted = ascending(latencies);
  const quantile = objective === null ? null : boundedQuantile(latencies, objective.p);
  const backlogs = windows.map(({ starts, durationMs }) =>
    backlog(
      starts.filter(({ sent }) => sent),
      durationMs,
    ),
  );
  const worst = backlogs.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
  const refused = starts.filter(({ sent }) => !sent).length;
  const overdueMs = Math.max(0, ...windows.flatMap(({ removals }) => removals.map(r => r.begunMs - r.dueMs)));
  const grows = backlogs.some(each => each.grows);
  return {
    runtime,
    rate,
    windows: windows.length,
    arrivals: starts.length,
    refused,
    failed: starts.filter(({ sent, ready }) => sent && !ready).length,
    p50Ms: quantileR7(sorted, 0.5),
    p90Ms: quantileR7(sorted, 0.9),
    p99Ms: quantileR7(sorted, 0.99),
    quantile,
    backlog: grows ? backlogs.find(each => each.grows)! : worst,
    overdueMs,
    inFlight: levelIn(windows, inFlightSpans),
    alive: levelIn(windows, aliveSpans),
    held: quantile === null || objective === null ? null : !grows && refused === 0 && keeps(quantile, objective),
  };
}

function levelIn(windows: readonly ArrivalWindow[], spansOf: typeof aliveSpans): Level {
  const levels = windows.map(window => levelOf(spansOf(window), window.durationMs));
  return { mean: mean(levels.map(level => level.mean)), most: Math.max(...levels.map(({ most }) => most)) };
}

/** Whether a quantile is within its limit, by its upper bound. Without a bound it can fail, but not pass. */
function keeps({ value, upper }: BoundedQuantile, { limitMs }: Objective): boolean | "undecided" {
  if (upper !== null) return upper <= limitMs;
  return value > limitMs ? false : "undecided";
}

/** Returns the milliseconds from the scheduled time of a start to its end; Infinity if it failed. */
const latencyOf = ({ dueMs, endMs, ready }: ArrivalWindow["starts"][number]): number =>
  ready ? endMs - dueMs : Number.POSITIVE_INFINITY;
