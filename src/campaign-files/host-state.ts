/** The whole host's CPU time between two moments, in clock ticks of 10 ms (jiffies). */
export interface CpuTicks {
  /** Neither idle, nor waiting for a disk, nor stolen by a hypervisor. */
  readonly busy: number;
  readonly total: number;
  readonly iowait: number;
  readonly steal: number;
}

/** The host before a round. KiB as /proc/meminfo counts; pressure is the share of the last 10 s, in percent. */
export interface HostState {
  readonly load1: number;
  readonly memAvailableKiB: number;
  readonly slabKiB: number;
  readonly tasks: number;
  readonly mounts: number;
  readonly pressure: { readonly cpu: number; readonly memory: number; readonly io: number } | null;
}
