import type { ArrivalWindow } from "../datasets/dataset.js";
import { mean } from "../stats/mean.js";
import { ascending, quantileR7 } from "../stats/quantile.js";
import { type Backlog, backlog } from "./backlog.js";
import { aliveSpans, inFlightSpans, type Level, levelOf } from "./levels.js";
import { type BoundedQuantile, boundedQuantile } from "./quantile-bound.js";

/** What latencies are asked to keep: a quantile of them, counted from the arrivals, stays below a limit. */
export interface Objective {
  /** Between 0 and 1: 0.99 for p99. */
  readonly p: number;
  readonly limitMs: number;
}

/** How one runtime did at one offered rate. Latencies count from the moment that a start was due. */
export interface RateResult {
  readonly runtime: string;
  /** Offered starts per second; null for a trace at its own rate. */
  readonly rate: number | null;
  readonly windows: number;
  readonly arrivals: number;
  /** Arrivals that a limit refused, starts that failed, and starts that timed out. */
  readonly refused: number;
  readonly failed: number;
  /** Quantiles of the latency in milliseconds; a start that failed or was refused counts as one without an end. */
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  /** The objective's quantile with its upper bound; null without an objective. */
  readonly quantile: BoundedQuantile | null;
  /** The window whose queue grew most. */
  readonly backlog: Backlog;
  /** The longest that a removal was overdue, in milliseconds. */
  readonly overdueMs: number;
  /** Starts in flight, and sandboxes that are started or not removed yet: means of all windows, and the most in any. */
  readonly inFlight: Level;
  readonly alive: Level;
  /**
   * Whether the objective is kept and the queue is stable; `undecided` where there are too few starts for a bound and nothing
   * else fails; null without an objective.
   */
  readonly held: boolean | "undecided" | null;
}

/** The highest rate that a runtime held, and the next that it did not. */
export interface HeldRate {
  readonly runtime: string;
  /** Null if not even the lowest rate was held. */
  readonly highest: number | null;
  /** Null if no rate that was offered fails. */
  readonly failsAt: number | null;
  /** Rates below it that had too few starts to decide. */
  readonly undecided: readonly number[];
}

/**
 * Summarises the windows of an open loop by runtime and offered rate.
 *
 * A rate is held if the upper confidence bound of the objective's quantile keeps its limit, no arrival was refused, and in no
 * window the queue grew.
 *
 * @returns a row per runtime and rate, rates ascending; a trace at its own rate is a row with the rate null
 */
export function rateResults(windows: readonly ArrivalWindow[], objective: Objective | null): readonly RateResult[] {
  const cells = new Set(windows.map(cellOf));
  return [...cells]
    .map(cell => windows.filter(window => cellOf(window) === cell))
    .map(own => rateResult(own, objective))
    .sort((a, b) => (a.runtime < b.runtime ? -1 : a.runtime > b.runtime ? 1 : (a.rate ?? 0) - (b.rate ?? 0)));
}

/**
 * Returns the highest rate each runtime held: below the first rate that fails.
 *
 * @param results rates ascending, as `rateResults` gives them for an objective
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

/** Whether a quantile keeps its limit, by its upper bound; without one it can fail, but not pass. */
function keeps({ value, upper }: BoundedQuantile, { limitMs }: Objective): boolean | "undecided" {
  if (upper !== null) return upper <= limitMs;
  return value > limitMs ? false : "undecided";
}

const cellOf = ({ runtime, rate }: ArrivalWindow): string => `${runtime} ${rate}`;

/** Returns milliseconds from the moment a start was due to its end; Infinity if it never ended well. */
const latencyOf = ({ dueMs, endMs, ready }: ArrivalWindow["starts"][number]): number =>
  ready ? endMs - dueMs : Number.POSITIVE_INFINITY;
