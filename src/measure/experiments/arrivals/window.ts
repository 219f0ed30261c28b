import type {
  ArrivalRemoval,
  ArrivalsEvent,
  RefusedArrival,
  Sample,
  ScheduleEvent,
} from "../../../campaign-files/events.js";
import { type OpenLoopLimits, runOpenLoop } from "../../arrivals/open-loop.js";
import { elapsedMs } from "../../round/clock.js";
import { observe } from "../../round/observe.js";
import { callMs } from "../../sandboxes/removal.js";
import { now, roundRequests, type Visit, type VisitTools } from "../visit.js";
import { workloadOf } from "../workload.js";

/**
 * If the 99th percentile of the delay between scheduled time and request is above this many milliseconds, the window is flagged.
 */
const lateMs = 5;

/**
 * If the event loop was delayed by more than this many milliseconds, the window is flagged, because a start that is sent then is
 * late.
 */
const loopDelayLimitMs = 5;

/**
 * Measures one window of an open loop: its schedule is on disk before the release, and the outcome of every arrival after it.
 *
 * @throws the signal's reason if it is aborted
 */
export async function measureWindow(
  visit: Visit,
  tools: VisitTools,
  drawn: Pick<ScheduleEvent, "arrivals" | "seed" | "durationMs" | "schedule" | "rate" | "search" | "sendable">,
  limits: OpenLoopLimits,
  round: number,
  warmup: boolean,
): Promise<ArrivalsEvent> {
  const { settings, slot, run, runtime } = visit;
  const { clock, driver, sandboxes, signal } = tools;
  const { block, position } = slot;
  const { rate, durationMs, schedule, search } = drawn;
  const ofSearch = search === undefined ? {} : { search };
  const place = { run, runtime: runtime.id, density: 0, rate, block, round, warmup, ...ofSearch };
  const { inFlight, alive } = limits;
  tools.append({ event: "schedule", at: now(), ...place, ...drawn, limits: { inFlight, alive } });

  const requests = roundRequests(sandboxes, visit, round, schedule.length, warmup);
  const arrivals = schedule.map(([atMs, holdMs]) => ({ atMs, holdMs }));
  const starts = await driver.begin(workloadOf(settings), requests);
  try {
    const { result, from, observation } = await observe(
      tools,
      release =>
        runOpenLoop<Sample>(
          arrivals,
          {
            start: client => starts.start(requests[client - 1]!, client, release, settings.timeout * 1000, signal),
            lives: sample => sample.sandbox !== null,
            remove: sample => driver.remove(sample.sandbox!, callMs),
          },
          limits,
          clock,
          release.atNs,
          signal,
        ),
      () => loopDelayLimitMs,
      signal,
    );
    const sent = result.filter(record => record.status === "sent");
    const samples = await starts.complete(
      sent.map(({ started }) => started),
      from,
    );
    const refused = result.flatMap((record): RefusedArrival[] =>
      record.status === "refused" ? [{ client: record.client, by: record.by }] : [],
    );
    const removals = sent.flatMap(({ client, removal }): ArrivalRemoval[] =>
      removal === null ? [] : [{ client, ...removal }],
    );
    const late = samples.map(({ client, sentMs }) => sentMs - schedule[client - 1]![0]).sort((a, b) => a - b);
    const p99 = late[Math.ceil(late.length * 0.99) - 1] ?? 0;
    const cleanupNs = clock.nowNs();
    await sandboxes.clearRound(samples.some(({ status }) => status !== "ready"));
    return {
      event: "arrivals",
      at: now(),
      ...place,
      position,
      durationMs,
      dueMs: schedule.map(([dueMs]) => dueMs),
      samples,
      refused,
      removals,
      ...observation,
      cleanupMs: elapsedMs(cleanupNs, clock.nowNs()),
      flags: p99 > lateMs ? [...observation.flags, "late"] : observation.flags,
    };
  } finally {
    starts.close();
  }
}
