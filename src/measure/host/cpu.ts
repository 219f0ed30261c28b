import type { CpuTicks } from "../../campaign-files/events.js";
import { procFolder, readProc, statOf } from "./proc.js";

/** The host's CPU time since boot in clock ticks of 10 ms, and rund-lab's own in microseconds. */
export interface CpuReading {
  readonly ticks: CpuTicks;
  /** This process and its children that have ended. */
  readonly harnessUs: number;
}

/**
 * Reads the CPU time from /proc/stat's first line. It does not add the guests' time, which is already part of user time.
 *
 * @example cpuTicks("cpu  10 1 20 300 5 2 3 4 0 0\ncpu0 1 1 1 1\n") // { busy: 36, total: 345, iowait: 5, steal: 4 }
 */
export function cpuTicks(stat: string): CpuTicks {
  const fields = /^cpu +(.*)$/m.exec(stat)?.[1]?.split(" ").map(Number) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = fields;
  const busy = user + nice + system + irq + softirq;
  return { busy, total: busy + idle + iowait + steal, iowait, steal };
}

/**
 * Returns the ticks between two readings.
 *
 * @example ticksBetween({ busy: 1, total: 5, iowait: 0, steal: 0 }, { busy: 3, total: 9, iowait: 1, steal: 0 }) // { busy: 2, total: 4, iowait: 1, steal: 0 }
 */
export const ticksBetween = (from: CpuTicks, to: CpuTicks): CpuTicks => ({
  busy: to.busy - from.busy,
  total: to.total - from.total,
  // a kernel may decrease these two
  iowait: Math.max(0, to.iowait - from.iowait),
  steal: Math.max(0, to.steal - from.steal),
});

/** Milliseconds in one tick: USER_HZ is 100 on all supported architectures. */
export const tickMs = 10;

/** Reads the CPU time now. */
export function readCpu(proc = procFolder): CpuReading {
  const { user, system } = process.cpuUsage();
  const { fields } = statOf(readProc(`${proc}/self/stat`) ?? "");
  const childTicks = Number(fields[13] ?? 0) + Number(fields[14] ?? 0);
  return {
    ticks: cpuTicks(readProc(`${proc}/stat`) ?? ""),
    harnessUs: user + system + childTicks * tickMs * 1000,
  };
}
