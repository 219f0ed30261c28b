import { LabError } from "../../../model/errors.js";
import { elapsedMs } from "../../round/clock.js";
import type { ExperimentSettings } from "../settings.js";
import type { VisitTools } from "../visit.js";
import { drawSchedule } from "./schedule.js";

/** Number of requests that one start needs in total: to start, to stop and to remove. */
const callsPerStart = 3;

/** Requests of the measurement: at the same time, in total, and the milliseconds after which no more are sent. */
const calls = { atOnce: 50, all: 300, limitMs: 500 };

/** Time limit of one request, in milliseconds. */
const callMs = 5_000;

/**
 * Measures how many starts per second rund-lab can send: the rate of the cheapest request that the service answers, divided by
 * the number of requests that a start and its removal need.
 *
 * @returns starts per second; Infinity if no time passes
 */
export async function sendableRate({ driver, clock }: Pick<VisitTools, "driver" | "clock">): Promise<number> {
  await driver.ping(callMs);
  const startedNs = clock.nowNs();
  let sent = 0;
  while (sent < calls.all && elapsedMs(startedNs, clock.nowNs()) < calls.limitMs) {
    await Promise.all(Array.from({ length: calls.atOnce }, () => driver.ping(callMs)));
    sent += calls.atOnce;
  }
  return sent / callsPerStart / (elapsedMs(startedNs, clock.nowNs()) / 1000);
}

/**
 * Makes sure that rund-lab can send the requested rate.
 *
 * @throws LabError `RUND_RATE` if a rate, or the mean rate of a trace in its window, is above what was measured
 */
export function refuseBeyond(sendable: number, settings: ExperimentSettings): void {
  if (settings.rate === "search") return;
  const asked = Math.max(...(settings.rate ?? [meanRate(settings)]));
  if (asked <= sendable) return;
  throw new LabError("RUND_RATE", "usage", "rund-lab cannot send starts at this rate", {
    where: settings.rate === undefined ? "--trace-speed" : "--rate",
    expected: `at most ${Math.floor(sendable)} starts a second, as measured just now on this machine`,
    found: `${asked.toPrecision(4).replace(/\.0+$/, "")} a second`,
    hint: "choose a lower rate: if rund-lab fell behind, it would measure its own delay",
  });
}

function meanRate(settings: ExperimentSettings): number {
  const { schedule, durationMs } = drawSchedule(settings, null, 1);
  return schedule.length / (durationMs / 1000);
}
