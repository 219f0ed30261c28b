import { monitorEventLoopDelay } from "node:perf_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

/** The timer behind the event loop's delay ticks this often, and what it reports includes a tick. */
const tickMs = 5;

/**
 * Watches whether this program itself is held up: everything from here to the call of what is returned counts, a delay in
 * the first and the last moment as well.
 *
 * @returns ends the watch and gives the longest delay in milliseconds
 */
export function watchLoop(): () => Promise<number> {
  const loop = monitorEventLoopDelay({ resolution: tickMs });
  const startedMs = performance.now();
  let firstMs = 0;
  // Node's monitor counts from its first tick on, so that one is timed here
  const first = setTimeout(() => (firstMs = performance.now() - startedMs), tickMs);
  loop.enable();
  return async () => {
    // a tick that is due by now comes with the next turn of the loop
    await nextTurn();
    await nextTurn();
    clearTimeout(first);
    loop.disable();
    return Math.max(0, Math.max(firstMs, loop.max / 1e6) - tickMs);
  };
}
