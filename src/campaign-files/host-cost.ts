import type { HostMemory, MemoryEvent } from "./events.js";

/** What sandboxes cost the host by its own account, in KiB: all of them together, and processes and kernel. */
export interface HostCost {
  /** How far the memory that is free or can be freed at once fell. It holds the other four, and the processes'. */
  readonly availableFallKiB: number;
  /** What the kernel keeps, of which nothing is in any process's PSS. */
  readonly slabKiB: number;
  readonly pageTablesKiB: number;
  readonly kernelStackKiB: number;
  readonly percpuKiB: number;
}

/**
 * Returns the host's second opinion of a memory snapshot: how its accounts moved while the sandboxes came up. Whatever
 * else happened on the host is in it, so for a few sandboxes it says little.
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
