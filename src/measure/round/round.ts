import { setImmediate as nextTurn } from "node:timers/promises";
import type { CpuTicks, HostState, RoundCpu, RoundEvent, RoundFlag, Sample } from "../../campaign-files/events.js";
import { endOf } from "../../campaign-files/events.js";
import type { SandboxConfig } from "../cri/client.js";
import { type CpuReading, tickMs, ticksBetween } from "../host/cpu.js";
import type { MemoryPressure } from "../host/state.js";
import { type Clock, elapsedMs } from "./clock.js";
import type { Driver, Release, Starts, Workload } from "./driver.js";
import { waitForQuiet } from "./quiet.js";
import type { Timing } from "./timing.js";

/** What a round is measured with. */
export interface RoundTools {
  readonly driver: Driver;
  readonly clock: Clock;
  readonly host: HostProbe;
  /** Watches whether this program is held up; what it gives ends the watch and tells the longest delay in milliseconds. */
  readonly watchLoop: () => () => Promise<number>;
  readonly timing: Timing;
}

/** What the kernel tells of the host. */
export interface HostProbe {
  cpu(): CpuReading;
  state(): HostState;
  pressure(): MemoryPressure;
}

/** What a round measured by itself; whoever runs it adds its place in the campaign. */
export type MeasuredRound = Pick<
  RoundEvent,
  | "releasedMs"
  | "samples"
  | "makespanMs"
  | "startSkewMs"
  | "cpu"
  | "loopDelayMs"
  | "clockStepMs"
  | "quiet"
  | "host"
  | "swapIn"
  | "memoryStallUs"
  | "flags"
>;

/** Requests are sent in turns of at most this long, so that the program can hear answers in between. */
const turnNs = 3_000_000n;

/**
 * One round: waits for quiet, watches an idle window, releases all clients at once and awaits each, then watches a settle
 * window. Sandboxes are left to the caller, who takes them down.
 *
 * @throws the signal's reason if it is aborted meanwhile
 */
export async function measureRound(
  tools: RoundTools,
  workload: Workload,
  sandboxes: readonly SandboxConfig[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<MeasuredRound> {
  const starts = await tools.driver.begin(workload, sandboxes);
  try {
    return await measureStarts(tools, starts, sandboxes, timeoutMs, signal);
  } finally {
    starts.close();
  }
}

async function measureStarts(
  tools: RoundTools,
  starts: Starts,
  sandboxes: readonly SandboxConfig[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<MeasuredRound> {
  const { clock, host, timing } = tools;
  const quiet = await waitForQuiet(clock, () => host.cpu().ticks, timing.quietLimitMs, signal);
  const idle = await watch(tools, timing.idleMs, signal);
  const state = host.state();

  const pressure = host.pressure();
  const wall = clock.wall(true);
  const loopDelay = tools.watchLoop();
  const before = host.cpu();
  const releasedNs = clock.nowNs();
  const from = { atNs: releasedNs, epochMs: wall.epochMs + Number(releasedNs - wall.atNs) / 1e6 };
  const ended = await release(starts, sandboxes, from, timeoutMs, signal);
  const roundMs = elapsedMs(releasedNs, clock.nowNs());
  const after = host.cpu();
  const loopDelayMs = micro((await loopDelay()) * clock.speed);
  const wallAfter = clock.wall(true);
  const pressureAfter = host.pressure();
  const settle = await watch(tools, timing.settleMs, signal);
  const samples = await starts.complete(ended, from);

  const ready = samples.flatMap(sample => (sample.status === "ready" ? [sample] : []));
  const complete = ready.length === samples.length;
  const sent = samples.map(({ sentMs }) => sentMs);
  const firstMs = Math.min(...sent);
  const makespanMs = complete ? Math.max(...ready.map(endOf)) - firstMs : null;
  const clockStepMs = micro(wallAfter.epochMs - wall.epochMs - Number(wallAfter.atNs - wall.atNs) / 1e6);
  const cpu = roundCpu(before, after, roundMs / clock.speed, idle, settle);
  const swapIn = pressureAfter.swapIn - pressure.swapIn;
  const memoryStallUs = pressureAfter.stallUs - pressure.stallUs;

  const raised: Readonly<Partial<Record<RoundFlag, boolean>>> = {
    partial: !complete,
    "clock-step": Math.abs(clockStepMs) > 1 + wall.withinMs + wallAfter.withinMs,
    "loop-delay": loopDelayMs > Math.min(5, 0.05 * roundMs),
    "cpu-quantised": cpu.busy < 50,
    "not-quiet": !quiet.reached,
    "swap-in": swapIn > 0,
    "memory-pressure": memoryStallUs > 0,
  };
  return {
    releasedMs: micro(from.epochMs),
    samples,
    makespanMs: makespanMs === null ? null : micro(makespanMs),
    startSkewMs: micro(Math.max(...sent) - firstMs),
    cpu,
    loopDelayMs,
    clockStepMs,
    quiet,
    host: state,
    swapIn,
    memoryStallUs,
    flags: (Object.keys(raised) as RoundFlag[]).filter(flag => raised[flag]),
  };
}

/** Sends every request and awaits them all. */
async function release(
  starts: Starts,
  sandboxes: readonly SandboxConfig[],
  from: Release,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const started: Promise<Sample>[] = [];
  let turnBegan = process.hrtime.bigint();
  for (const [index, sandbox] of sandboxes.entries()) {
    const sample = starts.start(sandbox, index + 1, from, timeoutMs, signal);
    // an interruption rejects them all, some before they are awaited
    sample.catch(() => {});
    started.push(sample);
    if (process.hrtime.bigint() - turnBegan > turnNs) {
      await nextTurn();
      turnBegan = process.hrtime.bigint();
    }
  }
  await Promise.allSettled(started);
  return Promise.all(started);
}

type Watched = CpuTicks & { readonly ms: number };

/** The host's CPU over a window in which this program does nothing. */
async function watch({ clock, host }: RoundTools, ms: number, signal: AbortSignal): Promise<Watched> {
  const from = host.cpu().ticks;
  const startedNs = clock.nowNs();
  if (ms > 0) await clock.sleep(ms, signal);
  return { ...ticksBetween(from, host.cpu().ticks), ms: elapsedMs(startedNs, clock.nowNs()) };
}

/** @param roundMs the round's length in the machine's own time, as ticks are */
function roundCpu(before: CpuReading, after: CpuReading, roundMs: number, idle: Watched, settle: Watched): RoundCpu {
  const ticks = ticksBetween(before.ticks, after.ticks);
  const busyMs = ticks.busy * tickMs;
  const idleMs = idle.ms > 0 ? (idle.busy * tickMs * roundMs) / idle.ms : 0;
  const harnessMs = micro((after.harnessUs - before.harnessUs) / 1000);
  const lessIdleMs = micro(busyMs - idleMs);
  return {
    ...ticks,
    busyMs,
    lessIdleMs,
    lessHarnessMs: micro(lessIdleMs - harnessMs),
    harnessMs,
    idle,
    settle,
  };
}

/** Rounded to the microsecond. */
const micro = (ms: number): number => Math.round(ms * 1000) / 1000;
