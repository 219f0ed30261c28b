import { csvText, fixed } from "../../campaign-files/csv.js";
import type { RateResult } from "./held.js";

/** The columns of `arrivals_<runtime>.csv`, in order. */
export const rateColumns = [
  ...(["rate", "windows", "arrivals", "refused", "failed", "p50_ms", "p90_ms", "p99_ms"] as const),
  ...(["backlog_per_s", "queue", "removal_overdue_ms"] as const),
  ...(["in_flight_mean", "in_flight_max", "alive_mean", "alive_max"] as const),
] as const;

/**
 * Returns the results of one runtime as CSV, a row per offered rate. A quantile that is infinite is empty, and so is the rate of
 * a trace.
 *
 * @example ratesCsv([]) // "rate,windows,arrivals,refused,failed,p50_ms,p90_ms,p99_ms,backlog_per_s,queue,removal_overdue_ms,in_flight_mean,in_flight_max,alive_mean,alive_max\n"
 */
export function ratesCsv(results: readonly RateResult[]): string {
  const rows = results.map(result => {
    const { rate, windows, arrivals, refused, failed, p50Ms, p90Ms, p99Ms, backlog, overdueMs, inFlight, alive } =
      result;
    return [
      ...[rate, windows, arrivals, refused, failed, fixed(p50Ms), fixed(p90Ms), fixed(p99Ms)],
      ...[fixed(backlog.perSecond), backlog.grows ? "grows" : "stable", fixed(overdueMs)],
      ...[fixed(inFlight.mean), inFlight.most, fixed(alive.mean), alive.most],
    ];
  });
  return csvText([rateColumns, ...rows]);
}
