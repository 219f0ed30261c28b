import { mean, slope, studentQuantile } from "../stats/index.js";
import { meanLevels } from "./levels.js";

/** Number of parts into which a window is divided to find out whether its queue grows. */
const parts = 10;

/** The queue counts as growing if it gains more than this share of the offered starts per second. */
const share = 0.02;

/** The growth of a queue: the slope of the starts in flight over a window. */
export interface Backlog {
  /** Starts in flight gained per second. */
  readonly perSecond: number;
  /** The slope's 95 % interval; null if the window is too short. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Whether the queue grows: the whole interval lies above 2 % of the offered rate. */
  readonly grows: boolean;
}

/**
 * Fits a line to the mean number of starts in flight in ten equal parts of a window.
 *
 * A start is in flight from its scheduled time, so that a queue inside the harness counts too. Within a part, neighbouring
 * moments depend on each other; the means of the parts hardly do, so the slope's interval uses Student's t with 8 degrees of
 * freedom.
 *
 * @param starts the scheduled time and the end of each start, in milliseconds since the release
 * @param durationMs the length of the window
 * @example backlog([{ dueMs: 0, endMs: 1000 }], 1000).grows // false
 */
export function backlog(
  starts: readonly { readonly dueMs: number; readonly endMs: number }[],
  durationMs: number,
): Backlog {
  const width = durationMs / parts;
  const spans = starts.map(({ dueMs, endMs }) => ({ fromMs: dueMs, toMs: endMs }));
  const levels = meanLevels(spans, durationMs, parts);
  const seconds = levels.map((_, part) => ((part + 0.5) * width) / 1000);
  const [x, y] = [mean(seconds), mean(levels)];
  const squares = seconds.reduce((sum, s) => sum + (s - x) ** 2, 0);
  const perSecond = slope(seconds.map((s, part) => [s, levels[part]!]));
  const residual = seconds.reduce((sum, s, part) => sum + (levels[part]! - y - perSecond * (s - x)) ** 2, 0);
  const error = Math.sqrt(residual / (parts - 2) / squares);
  const half = studentQuantile(0.975, parts - 2) * error;
  const offered = starts.length / (durationMs / 1000);
  const enough = starts.length >= 2 * parts;
  return {
    perSecond,
    interval: enough ? [perSecond - half, perSecond + half] : null,
    grows: enough && perSecond - half > share * offered,
  };
}
