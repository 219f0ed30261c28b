import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

/** The interval of the timer that measures the event loop's delay; a reported delay includes one interval. */
const tickMs = 5;

/**
 * Watches whether rund-lab itself is delayed, from here until the returned function is called, including delays in the first and
 * the last moment.
 *
 * @returns ends the watch and returns the longest delay in milliseconds
 */
export function watchLoop(): () => Promise<number> {
  const loop = monitorEventLoopDelay({ resolution: tickMs });
  const startedMs = performance.now();
  let firstMs = 0;
  // Node's monitor counts from its first tick on, so that one is timed here
  const first = setTimeout(() => (firstMs = performance.now() - startedMs), tickMs);
  loop.enable();
  return async () => {
    // a tick that is due by now comes with the next turn of the event loop
    await nextTurn();
    await nextTurn();
    clearTimeout(first);
    loop.disable();
    return Math.max(0, Math.max(firstMs, loop.max / 1e6) - tickMs);
  };
}
