import type { ArrivalsEvent } from "../../campaign-files/events.js";
import { type CampaignEvent, endOf } from "../../campaign-files/index.js";
import type { ArrivalStart, ArrivalWindow } from "./dataset.js";

/** Returns the windows of an open loop in a campaign's journal, in order; warm-up windows are left out. */
export const arrivalWindows = (events: readonly CampaignEvent[]): readonly ArrivalWindow[] =>
  events.flatMap(event => (event.event === "arrivals" && !event.warmup ? [windowOf(event)] : []));

function windowOf(event: ArrivalsEvent): ArrivalWindow {
  const { run, runtime, rate, block, round, durationMs, dueMs, samples, removals, flags } = event;
  const starts: ArrivalStart[] = dueMs.map(due => ({
    dueMs: due,
    sentMs: due,
    endMs: due,
    sent: false,
    ready: false,
  }));
  for (const sample of samples) {
    const ready = sample.status === "ready";
    const endMs = ready ? endOf(sample) : sample.endedMs;
    starts[sample.client - 1] = { dueMs: dueMs[sample.client - 1]!, sentMs: sample.sentMs, endMs, sent: true, ready };
  }
  return { run, runtime, rate, block, round, durationMs, starts, removals, flags };
}
