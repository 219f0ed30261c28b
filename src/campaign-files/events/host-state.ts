import { z } from "zod";
import { count, durationMs, type Frozen, kib, ticks } from "./fields.js";

const cpu = {
  /** Time that was not idle, not spent waiting for a disk, and not taken by a hypervisor. */
  busy: ticks,
  total: ticks,
  iowait: ticks,
  steal: ticks,
};
export const cpuTicks = z.strictObject(cpu);

/** The host's CPU in a window of some milliseconds. */
export const watchedTicks = z.strictObject({ ...cpu, ms: durationMs });

const percent = z.number().min(0).max(100);
export const hostState = z.strictObject({
  load1: z.number().min(0).max(1e7),
  memAvailableKiB: kib,
  slabKiB: kib,
  tasks: count,
  mounts: count,
  pressure: z.strictObject({ cpu: percent, memory: percent, io: percent }).nullable(),
});

/** The wait until the machine was quiet before a round, and whether it became quiet. */
export const quietWait = z.strictObject({ ms: durationMs, reached: z.boolean() });

/** The whole host's CPU time between two moments, in clock ticks of 10 ms (jiffies). */
export type CpuTicks = Frozen<z.infer<typeof cpuTicks>>;

/** The state of the host before a round. KiB as in /proc/meminfo; pressure is the share of the last 10 s, in percent. */
export type HostState = Frozen<z.infer<typeof hostState>>;
