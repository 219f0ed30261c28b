import type { CpuTicks, HostState, RoundCpu, RoundEvent, RoundFlag } from "../../campaign-files/events.js";
import { toMicrosecond } from "../../model/to-microsecond.js";
import { type CpuReading, tickMs, ticksBetween } from "../host/cpu.js";
import type { MemoryPressure } from "../host/state.js";
import { type Clock, elapsedMs } from "./clock.js";
import type { Driver, Release } from "./driver.js";
import type { ServiceLog } from "./service-log.js";
import { waitForQuiet } from "./steady.js";
import type { Timing } from "./timing.js";

/** The tools with which a round is measured. */
export interface RoundTools {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly host: HostProbe;
  /** Watches whether rund-lab is delayed. The returned function ends the watch and returns the longest delay in milliseconds. */
  readonly watchLoop: () => () => Promise<number>;
  readonly timing: Timing;
  /** The service's own log of requests; null if it cannot be read. */
  readonly serviceLog: Pick<ServiceLog, "mark" | "skewOf"> | null;
}

/** The kernel's readings of the host. */
interface HostProbe {
  cpu(): CpuReading;
  state(): HostState;
  pressure(): MemoryPressure;
}

/** The state of the host and of rund-lab while cold starts were measured. */
export type Observation = Pick<
  RoundEvent,
  | "releasedMs"
  | "cpu"
  | "loopDelayMs"
  | "clockStepMs"
  | "quiet"
  | "host"
  | "swapIn"
  | "memoryStallUs"
  | "diskShare"
  | "nodes"
  | "flags"
>;

/**
 * Waits until the machine is quiet, watches an idle window, does the work from its release to its end, then watches a settle
 * window.
 *
 * @param loopDelayLimit returns the maximum delay of rund-lab without a flag, for the work's length; both in milliseconds
 * @throws the signal's reason if it is aborted
 */
export async function observe<Result>(
  tools: RoundTools,
  work: (from: Release) => Promise<Result>,
  loopDelayLimit: (ms: number) => number,
  signal: AbortSignal,
): Promise<{ readonly result: Result; readonly from: Release; readonly observation: Observation }> {
  const { clock, driver, host, timing } = tools;
  const usedBefore = await driver.nodeUsage?.();
  const quiet = await waitForQuiet(clock, () => host.cpu().ticks, timing.quietLimitMs, signal);
  const idle = await watchIdle(tools, timing.idleMs, signal);
  const state = host.state();

  const pressure = host.pressure();
  const wall = clock.wall(true);
  const loopDelay = tools.watchLoop();
  const before = host.cpu();
  const releasedNs = clock.nowNs();
  const from = { atNs: releasedNs, epochMs: wall.epochMs + Number(releasedNs - wall.atNs) / 1e6 };
  const result = await work(from);
  const ms = elapsedMs(releasedNs, clock.nowNs());
  const after = host.cpu();
  const loopDelayMs = toMicrosecond((await loopDelay()) * clock.speed);
  const wallAfter = clock.wall(true);
  const pressureAfter = host.pressure();
  const settle = await watchIdle(tools, timing.settleMs, signal);
  const usedAfter = await driver.nodeUsage?.();

  const clockStepMs = toMicrosecond(wallAfter.epochMs - wall.epochMs - Number(wallAfter.atNs - wall.atNs) / 1e6);
  const cpu = roundCpu(before, after, ms / clock.speed, idle, settle);
  const swapIn = pressureAfter.swapIn - pressure.swapIn;
  const memoryStallUs = pressureAfter.stallUs - pressure.stallUs;
  const diskShare = diskShareOf(pressure, pressureAfter, cpu, ms / clock.speed);
  const raised: Readonly<Partial<Record<RoundFlag, boolean>>> = {
    "clock-step": Math.abs(clockStepMs) > 1 + wall.withinMs + wallAfter.withinMs,
    "loop-delay": loopDelayMs > loopDelayLimit(ms),
    // on a cluster there is no host whose CPU could be counted
    "cpu-quantised": cpu.busy < 50 && usedBefore === undefined,
    "not-quiet": !quiet.reached,
    "swap-in": swapIn > 0,
    "memory-pressure": memoryStallUs > 0,
    disk: diskShare > largestDiskShare,
  };
  return {
    result,
    from,
    observation: {
      releasedMs: toMicrosecond(from.epochMs),
      cpu,
      loopDelayMs,
      clockStepMs,
      quiet,
      host: state,
      swapIn,
      memoryStallUs,
      diskShare,
      ...(usedBefore === undefined || usedAfter === undefined
        ? {}
        : { nodes: { before: usedBefore, after: usedAfter } }),
      flags: (Object.keys(raised) as RoundFlag[]).filter(flag => raised[flag]),
    },
  };
}

/** A round that waited for a disk for more than this share of its length is flagged, because the disk may explain its time. */
const largestDiskShare = 0.2;

/** Returns the share of a round in which some task waited for a disk. @param roundMs the round's length in real time */
function diskShareOf(before: MemoryPressure, after: MemoryPressure, cpu: CpuTicks, roundMs: number): number {
  const share =
    before.diskStallUs !== undefined && after.diskStallUs !== undefined
      ? (after.diskStallUs - before.diskStallUs) / 1000 / roundMs
      : cpu.iowait / Math.max(1, cpu.total);
  return toMicrosecond(Math.min(1, Math.max(0, share)));
}

type Watched = CpuTicks & { readonly ms: number };

/** Returns the host's CPU over a window in which rund-lab does nothing. */
export async function watchIdle(
  { clock, host }: Pick<RoundTools, "clock" | "host">,
  ms: number,
  signal: AbortSignal,
): Promise<Watched> {
  const from = host.cpu().ticks;
  const startedNs = clock.nowNs();
  if (ms > 0) await clock.sleep(ms, signal);
  return { ...ticksBetween(from, host.cpu().ticks), ms: elapsedMs(startedNs, clock.nowNs()) };
}

/** Returns the CPU of a round. @param roundMs the round's length in real time, in which ticks are counted */
function roundCpu(before: CpuReading, after: CpuReading, roundMs: number, idle: Watched, settle: Watched): RoundCpu {
  const ticks = ticksBetween(before.ticks, after.ticks);
  const busyMs = ticks.busy * tickMs;
  const idleMs = idle.ms > 0 ? (idle.busy * tickMs * roundMs) / idle.ms : 0;
  const harnessMs = toMicrosecond((after.harnessUs - before.harnessUs) / 1000);
  const lessIdleMs = toMicrosecond(busyMs - idleMs);
  return {
    ...ticks,
    busyMs,
    lessIdleMs,
    lessHarnessMs: toMicrosecond(lessIdleMs - harnessMs),
    harnessMs,
    idle,
    settle,
  };
}
