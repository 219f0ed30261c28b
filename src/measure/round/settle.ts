import { type Clock, elapsedMs } from "./clock.js";

const apartMs = 2_000;
const limitMs = 60_000;
const share = 0.01;

/**
 * Waits until memory no longer changes: two readings two seconds apart differ by less than 1 %, or a minute has passed.
 *
 * @param read returns the current total PSS, in any unit
 * @returns the time that it waited in milliseconds, and whether memory settled
 */
export async function settleMemory(
  clock: Clock,
  read: () => number | Promise<number>,
  signal: AbortSignal,
): Promise<{ ms: number; reached: boolean }> {
  const startedNs = clock.nowNs();
  const waited = () => elapsedMs(startedNs, clock.nowNs());
  let before = await read();
  while (waited() < limitMs) {
    await clock.sleep(apartMs, signal);
    const now = await read();
    if (Math.abs(now - before) < share * Math.max(before, now) || now === before)
      return { ms: waited(), reached: true };
    before = now;
  }
  return { ms: waited(), reached: false };
}
