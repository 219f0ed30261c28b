import { readFileSync } from "node:fs";
import type { ArrivalKind, ScheduleEvent } from "../../../campaign-files/events.js";
import { LabError } from "../../../model/errors.js";
import { toMicrosecond } from "../../../model/to-microsecond.js";
import {
  type Arrival,
  drawHold,
  type Hold,
  poissonArrivals,
  type Uniform,
  uniformArrivals,
} from "../../arrivals/schedule.js";
import { readTrace } from "../../arrivals/trace-file.js";
import { randomFrom } from "../../shuffle.js";
import { type ExperimentSettings, wrongSetting } from "../settings.js";

/** The parsed settings for drawing arrivals. */
interface ArrivalSettings {
  readonly kind: ArrivalKind;
  /** The trace's file; null for random arrivals. */
  readonly file: string | null;
  readonly durationMs: number;
  readonly hold: Hold;
  /** Seconds of the trace in one second of the window. */
  readonly traceSpeed: number;
}

/**
 * Reads the settings of an open loop.
 *
 * @throws LabError `RUND_SETTING` for a hold that is longer than the window
 */
export function arrivalSettings({
  arrivals = "poisson",
  duration = 60,
  hold = "2",
  traceSpeed = 1,
}: ExperimentSettings): ArrivalSettings {
  const [kind = "", file = null] = arrivals.startsWith("trace:") ? ["trace", arrivals.slice(6)] : [arrivals];
  const [, form, seconds] = /^(?:(exponential):)?(\d+(?:\.\d+)?)$/.exec(hold) ?? [];
  const ms = Number(seconds) * 1000;
  const durationMs = duration * 1000;
  if (ms > durationMs) {
    const [expected, hint] = [`at most the duration, ${duration} s`, "choose a longer --duration or a shorter --hold"];
    throw wrongSetting("--hold", expected, `${seconds} s`, hint, "sandboxes would outlive the window");
  }
  const drawn: Hold = { kind: form === "exponential" ? "exponential" : "fixed", ms };
  return { kind: kind as ArrivalKind, file, durationMs, hold: drawn, traceSpeed };
}

/**
 * Draws the schedule of one window. The same settings, cell and round give the same schedule.
 *
 * @param rate starts per second; null for a trace at its own rate
 * @throws LabError `RUND_TRACE` for a trace that cannot be read
 */
export function drawSchedule(
  settings: ExperimentSettings,
  rate: number | null,
  round: number,
): Pick<ScheduleEvent, "arrivals" | "seed" | "durationMs" | "schedule" | "rate"> {
  const { kind, file, durationMs, hold, traceSpeed } = arrivalSettings(settings);
  // all runtimes get the same arrivals
  const seed = `${settings.seed} ${kind} ${rate ?? "trace"} ${round}`;
  const uniform = randomFrom(seed);
  const due =
    kind === "trace"
      ? fromTrace(file!, durationMs, traceSpeed, hold, uniform)
      : drawn(kind, rate!, durationMs, hold, uniform);
  const schedule = due.map(({ atMs, holdMs }): [number, number] => [toMicrosecond(atMs), toMicrosecond(holdMs)]);
  return { arrivals: kind, seed, durationMs, schedule, rate };
}

function drawn(kind: ArrivalKind, rate: number, durationMs: number, hold: Hold, uniform: Uniform): readonly Arrival[] {
  const times = kind === "uniform" ? uniformArrivals(rate, durationMs) : poissonArrivals(rate, durationMs, uniform);
  return times.map(atMs => ({ atMs, holdMs: drawHold(hold, uniform) }));
}

/** Returns a trace's arrivals within the window, accelerated by its speed. If the trace has no hold times, they are drawn. */
function fromTrace(file: string, durationMs: number, speed: number, hold: Hold, uniform: Uniform): readonly Arrival[] {
  const inWindow = readTrace(readText(file), file, uniform).filter(({ atMs }) => atMs / speed < durationMs);
  if (inWindow.length === 0) {
    throw new LabError("RUND_TRACE", "input", "the trace has no arrival in the window", {
      where: file,
      expected: `an arrival within ${durationMs / 1000} s of the beginning`,
      found: "none",
      hint: "choose a longer --duration or a higher --trace-speed",
    });
  }
  return inWindow.map(({ atMs, holdMs }) => ({
    atMs: atMs / speed,
    holdMs: holdMs === null ? drawHold(hold, uniform) : holdMs / speed,
  }));
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LabError("RUND_TRACE", "input", "the trace cannot be read", {
      where: file,
      hint: "name a CSV file, such as --arrivals trace:arrivals.csv",
      cause,
    });
  }
}
