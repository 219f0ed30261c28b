import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";

/** The timer behind the event loop's delay ticks this often, and what it reports includes a tick. */
const tickMs = 5;

/**
 * Watches whether this program itself is held up: everything from here to the call of what is returned counts, a delay in
 * the first and the last moment as well.
 *
 * @returns ends the watch and gives the longest delay in milliseconds
 */
export async function watchLoop(): Promise<() => Promise<number>> {
  const loop = monitorEventLoopDelay({ resolution: tickMs });
  loop.enable();
  // its first tick is only a beginning: delays are counted from there
  await delay(2 * tickMs);
  return async () => {
    // a tick that is due by now comes with the next turn of the loop
    await nextTurn();
    await nextTurn();
    loop.disable();
    return Math.max(0, loop.max / 1e6 - tickMs);
  };
}
