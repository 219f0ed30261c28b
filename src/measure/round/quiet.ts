import type { CpuTicks } from "../../campaign-files/events.js";
import { ticksBetween } from "../host/cpu.js";
import { type Clock, elapsedMs } from "./clock.js";

const windowMs = 200;
/** The host is quiet if less than this share of all CPUs is busy. */
const quietShare = 0.1;

/**
 * Waits until the host is quiet: less than a tenth of its CPU busy over 200 ms.
 *
 * @param limitMs 0 skips the check
 * @returns the time that it waited in milliseconds, and whether the host became quiet
 */
export async function waitForQuiet(
  clock: Clock,
  readTicks: () => CpuTicks,
  limitMs: number,
  signal: AbortSignal,
): Promise<{ ms: number; reached: boolean }> {
  if (limitMs === 0) return { ms: 0, reached: true };
  const startedNs = clock.nowNs();
  const waited = () => elapsedMs(startedNs, clock.nowNs());
  let before = readTicks();
  while (waited() < limitMs) {
    await clock.sleep(windowMs, signal);
    const now = readTicks();
    const { busy, total } = ticksBetween(before, now);
    if (busy < total * quietShare) return { ms: waited(), reached: true };
    before = now;
  }
  return { ms: waited(), reached: false };
}
