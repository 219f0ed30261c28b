import type { ComponentMemory, MemoryEvent } from "../../campaign-files/events.js";
import type { ProcessMemory } from "../../logs/index.js";
import type { ProcessPattern } from "../runtimes/runtime.js";
import { procFolder } from "./proc.js";
import { type HostProcess, listProcesses, sandboxProcesses } from "./processes.js";
import { type ProcessSizes, readSizes } from "./smaps.js";

/** The memory of a runtime's processes at one moment. */
export interface MemorySnapshot {
  /** A row per process, as in smem's table. */
  readonly processes: readonly ProcessMemory[];
  readonly components: readonly ComponentMemory[];
  readonly found: MemoryEvent["found"];
}

/**
 * Reads the memory of sandboxes' processes. The processes are found by the sandboxes' ids. The runtime's patterns, which also
 * match processes of another containerd, serve as a check.
 *
 * A process that ends between listing and reading is counted and left out. This does not change the number of sandboxes, by which
 * the caller divides.
 *
 * @param ids full ids of the sandboxes
 * @param patterns the runtime's, each matched against the whole command line
 */
export function readSandboxMemory(
  ids: readonly string[],
  patterns: readonly ProcessPattern[],
  proc = procFolder,
): MemorySnapshot {
  const all = listProcesses(proc);
  const bySandbox = sandboxProcesses(all, ids);
  const own = [...bySandbox.values()].flat();
  const ownPids = new Set(own.map(({ pid }) => pid));
  const matching = all.filter(({ commandLine }) => patterns.some(({ pattern }) => pattern.test(commandLine)));

  const processes: ProcessMemory[] = [];
  const components = new Map<string, ComponentMemory>();
  let vanished = 0;
  for (const process of own) {
    const sizes = readSizes(process.pid, proc);
    if (sizes === undefined) {
      vanished++;
      continue;
    }
    const { ussKiB, pssKiB, rssKiB, vssKiB } = sizes;
    processes.push({ name: process.name, ussKiB, pssKiB, rssKiB, vssKiB });
    const component = componentOf(process, patterns);
    components.set(component, sum(component, components.get(component), sizes));
  }
  return {
    processes,
    components: [...components.values()].sort((a, b) => (a.component < b.component ? -1 : 1)),
    found: {
      bySandbox: own.length,
      byPattern: matching.length,
      onlyBySandbox: own.length - matching.filter(({ pid }) => ownPids.has(pid)).length,
      onlyByPattern: matching.filter(({ pid }) => !ownPids.has(pid)).length,
      vanished,
      without: [...bySandbox.values()].filter(found => found.length === 0).length,
    },
  };
}

/** Returns the component to which a process belongs: that of the first pattern that matches its command line. */
const componentOf = ({ commandLine }: HostProcess, patterns: readonly ProcessPattern[]): string =>
  patterns.find(({ pattern }) => pattern.test(commandLine))?.component ?? "other";

function sum(component: string, before: ComponentMemory | undefined, sizes: ProcessSizes): ComponentMemory {
  const add = (size: keyof ProcessSizes) => (before?.[size] ?? 0) + sizes[size];
  return {
    component,
    processes: (before?.processes ?? 0) + 1,
    ussKiB: add("ussKiB"),
    pssKiB: add("pssKiB"),
    rssKiB: add("rssKiB"),
    vssKiB: add("vssKiB"),
    swapPssKiB: add("swapPssKiB"),
    hugetlbKiB: add("hugetlbKiB"),
  };
}
