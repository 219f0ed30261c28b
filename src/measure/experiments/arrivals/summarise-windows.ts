import { type ArrivalsEvent, type CampaignEvent, endOf } from "../../../campaign-files/events.js";
import { groupBy } from "../../../model/group-by.js";
import { type CellSummary, countFlags, emptySummary, isCounted, isUnreliable } from "../summary.js";

/** Summarises the windows of an open loop by run and rate; warm-up windows do not count. */
export function summariseWindows(events: readonly CampaignEvent[]): readonly CellSummary[] {
  const windows = events.filter(event => isCounted(event, "arrivals"));
  return [...groupBy(windows, ({ run, rate }) => `${run} ${rate}`).values()].map(summariseCell);
}

function summariseCell(windows: readonly ArrivalsEvent[]): CellSummary {
  const { run, runtime, rate } = windows[0]!;
  const samples = windows.flatMap(window => window.samples);
  const failures = samples.filter(sample => sample.status !== "ready");
  const latencies = windows
    .flatMap(({ samples, dueMs }) =>
      samples.flatMap(sample => (sample.status === "ready" ? [endOf(sample) - dueMs[sample.client - 1]!] : [])),
    )
    .sort((a, b) => a - b);
  const refused = windows.reduce((sum, window) => sum + window.refused.length, 0);
  const overdueMs = Math.max(0, ...windows.flatMap(({ removals }) => removals.map(r => r.begunMs - r.dueMs)));
  const nearestRank = (p: number) => latencies[Math.max(0, Math.ceil(latencies.length * p) - 1)] ?? Number.NaN;
  return {
    ...emptySummary,
    run,
    runtime,
    experiment: "arrivals",
    ...(rate === null ? {} : { rate }),
    rounds: latencies.length === 0 ? 0 : windows.length,
    attempted: samples.length,
    failed: failures.length,
    unreliable: isUnreliable(failures.length, samples.length),
    result:
      latencies.length === 0
        ? "no start succeeded"
        : [
            `p50 ${nearestRank(0.5).toFixed(0)} ms, p99 ${nearestRank(0.99).toFixed(0)} ms from the scheduled time`,
            ...(refused > 0 ? [`${refused} refused`] : []),
            ...(overdueMs > 100 ? [`removals up to ${(overdueMs / 1000).toFixed(1)} s overdue`] : []),
          ].join(", "),
    firstFailure: failures[0]?.message ?? null,
    flags: countFlags(windows),
  };
}
