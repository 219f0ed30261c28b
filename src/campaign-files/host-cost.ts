import type { HostMemory, MemoryEvent } from "./events.js";

/** The memory that all sandboxes together cost the host by its own counters, in KiB: processes and kernel. */
export interface HostCost {
  /** The decrease of the memory that is available. It includes the other four, and the memory of the processes. */
  readonly availableFallKiB: number;
  /** Parts of the kernel's own memory, which no process's PSS contains. */
  readonly slabKiB: number;
  readonly pageTablesKiB: number;
  readonly kernelStackKiB: number;
  readonly percpuKiB: number;
}

/**
 * Returns the host's own counters for a memory snapshot: how they changed while the sandboxes started. They include everything
 * else that happened on the host, so they say little about a few sandboxes.
 */
export function hostCost({ hostBefore, hostAfter }: Pick<MemoryEvent, "hostBefore" | "hostAfter">): HostCost {
  const growth = (part: keyof HostMemory) => (hostAfter[part] ?? 0) - (hostBefore[part] ?? 0);
  return {
    availableFallKiB: -growth("memAvailableKiB") - growth("cpuListsKiB"),
    slabKiB: growth("slabKiB"),
    pageTablesKiB: growth("pageTablesKiB"),
    kernelStackKiB: growth("kernelStackKiB"),
    percpuKiB: growth("percpuKiB"),
  };
}
