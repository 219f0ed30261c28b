import { csvText } from "./csv.js";
import { type ArrivalsEvent, endOf } from "./events.js";

/** Writes a window's arrivals as lines of `arrivals.csv`: one line per arrival, in the order of their scheduled times. */
export function formatArrivals(window: ArrivalsEvent): string {
  const { run, runtime, rate, block, round, warmup, releasedMs, dueMs, samples, refused, removals } = window;
  const sampleOf = new Map(samples.map(sample => [sample.client, sample]));
  const refusedBy = new Map(refused.map(({ client, by }) => [client, by]));
  const removalOf = new Map(removals.map(removal => [removal.client, removal]));
  const epoch = (ms: number | undefined) => (ms === undefined ? "" : (releasedMs + ms).toFixed(3));
  const rows = dueMs.map((due, index) => {
    const client = index + 1;
    const sample = sampleOf.get(client);
    const removal = removalOf.get(client);
    const endMs = sample === undefined ? undefined : sample.status === "ready" ? endOf(sample) : sample.endedMs;
    const reason = refusedBy.get(client) ?? (sample === undefined || sample.status === "ready" ? "" : sample.reason);
    const place = [run, runtime, rate, block, round, warmup ? 1 : 0, client, sample?.status ?? "refused"];
    const times = [
      epoch(due),
      epoch(sample?.sentMs),
      epoch(endMs),
      endMs === undefined ? "" : (endMs - due).toFixed(3),
    ];
    const removed = [epoch(removal?.dueMs), epoch(removal?.begunMs), epoch(removal?.doneMs)];
    return [...place, ...times, ...removed, reason];
  });
  return csvText(rows);
}

/** The first line of `arrivals.csv`. */
export const arrivalsHeader =
  "run,runtime,rate,block,round,warmup,client,outcome,due_ms,sent_ms,end_ms,latency_ms,removal_due_ms,removal_begun_ms,removal_done_ms,reason\n";
