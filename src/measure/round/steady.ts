import type { CpuTicks } from "../../campaign-files/events.js";
import { ticksBetween } from "../host/cpu.js";
import { type Clock, elapsedMs } from "./clock.js";

/** The host is quiet if less than this share of all CPUs is busy between two readings. */
const quietShare = 0.1;

/** Memory is settled if it changes by less than this share between two readings. */
const settledShare = 0.01;

/**
 * Waits until the host is quiet: less than a tenth of its CPU busy over 200 ms.
 *
 * @param limitMs 0 skips the check
 * @returns the time that it waited in milliseconds, and whether the host became quiet
 */
export async function waitForQuiet(clock: Clock, readTicks: () => CpuTicks, limitMs: number, signal: AbortSignal) {
  if (limitMs === 0) return { ms: 0, reached: true };
  const isQuiet = (before: CpuTicks, now: CpuTicks) => {
    const { busy, total } = ticksBetween(before, now);
    return busy < total * quietShare;
  };
  return awaitSteady(clock, { apartMs: 200, limitMs }, readTicks, isQuiet, signal);
}

/**
 * Waits until memory no longer changes: two readings two seconds apart differ by less than 1 %, or a minute has passed.
 *
 * @param read returns the current total PSS, in any unit
 * @returns the time that it waited in milliseconds, and whether memory settled
 */
export function settleMemory(clock: Clock, read: () => number, signal: AbortSignal) {
  const isSettled = (before: number, now: number) =>
    Math.abs(now - before) < settledShare * Math.max(before, now) || now === before;
  return awaitSteady(clock, { apartMs: 2_000, limitMs: 60_000 }, read, isSettled, signal);
}

/** Reads again and again until two readings in a row are steady, or the time limit has passed. */
async function awaitSteady<Reading>(
  clock: Clock,
  { apartMs, limitMs }: { readonly apartMs: number; readonly limitMs: number },
  read: () => Reading,
  isSteady: (before: Reading, now: Reading) => boolean,
  signal: AbortSignal,
): Promise<{ readonly ms: number; readonly reached: boolean }> {
  const startedNs = clock.nowNs();
  const waited = () => elapsedMs(startedNs, clock.nowNs());
  let before = read();
  while (waited() < limitMs) {
    await clock.sleep(apartMs, signal);
    const now = read();
    if (isSteady(before, now)) return { ms: waited(), reached: true };
    before = now;
  }
  return { ms: waited(), reached: false };
}
