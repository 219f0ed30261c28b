import { readFileSync } from "node:fs";
import type { HostMemory, HostState } from "../../campaign-files/events.js";
import { fieldsOf, pageKiB, procFolder, readProc } from "./proc.js";

/**
 * Reads the state of the host between two rounds.
 *
 * @returns pressure is null if the kernel does not report it (CONFIG_PSI)
 */
export function readHostState(proc = procFolder): HostState {
  const [load1 = "0", , , running = "0/0"] = (readProc(`${proc}/loadavg`) ?? "").split(" ");
  const memory = fieldsOf(readProc(`${proc}/meminfo`) ?? "");
  const pressure = (["cpu", "memory", "io"] as const).map(part => some(readProc(`${proc}/pressure/${part}`))?.avg10);
  const [cpu, mem, io] = pressure;
  return {
    load1: Number(load1),
    memAvailableKiB: memory.get("MemAvailable") ?? 0,
    slabKiB: memory.get("Slab") ?? 0,
    tasks: Number(running.split("/")[1]),
    mounts: (readProc(`${proc}/self/mountinfo`) ?? "").split("\n").length - 1,
    pressure: cpu === undefined || mem === undefined || io === undefined ? null : { cpu, memory: mem, io },
  };
}

/** Counters of pressure on memory and disks since boot. */
export interface MemoryPressure {
  /** Pages swapped in. */
  readonly swapIn: number;
  /** Microseconds in which at least one task waited for memory. */
  readonly stallUs: number;
  /** Microseconds in which at least one task waited for a disk; undefined if the kernel does not report it. */
  readonly diskStallUs?: number;
}

/** Reads the counters of pressure now. */
export function readMemoryPressure(proc = procFolder): MemoryPressure {
  const disk = some(readProc(`${proc}/pressure/io`));
  return {
    swapIn: fieldsOf(readProc(`${proc}/vmstat`) ?? "").get("pswpin") ?? 0,
    stallUs: some(readProc(`${proc}/pressure/memory`))?.total ?? 0,
    ...(disk === undefined ? {} : { diskStallUs: disk.total }),
  };
}

/** Returns the `some` line of a pressure file: share of the last 10 s in percent, and microseconds since boot. */
function some(text: string | undefined): { avg10: number; total: number } | undefined {
  const [, avg10, total] = /^some avg10=([\d.]+) .*total=(\d+)/m.exec(text ?? "") ?? [];
  return avg10 === undefined ? undefined : { avg10: Number(avg10), total: Number(total) };
}

/** Reads the host's memory counters from /proc/meminfo, and the free pages on the processors' lists from /proc/zoneinfo. */
export function readHostMemory(proc = procFolder): HostMemory {
  const fields = fieldsOf(readFileSync(`${proc}/meminfo`, "utf8"));
  const of = (name: string) => fields.get(name) ?? 0;
  return {
    memAvailableKiB: of("MemAvailable"),
    cpuListsKiB: cpuListPages(readProc(`${proc}/zoneinfo`) ?? "") * pageKiB,
    slabKiB: of("Slab"),
    pageTablesKiB: of("PageTables"),
    kernelStackKiB: of("KernelStack"),
    percpuKiB: of("Percpu"),
    anonHugePagesKiB: of("AnonHugePages"),
    hugetlbKiB: of("Hugetlb"),
  };
}

/**
 * Returns the number of free pages on the processors' lists. The kernel keeps a list for each processor, outside of MemFree.
 *
 * @param zoneinfo a section for each zone of memory, with a part for each processor
 * @example cpuListPages("Node 0, zone Normal\n  pagesets\n    cpu: 0\n              count:    7587\n              high:     7924\n    cpu: 1\n              count:    13\n") // 7600
 */
export const cpuListPages = (zoneinfo: string): number =>
  [...zoneinfo.matchAll(/^\s+count:\s+(\d+)$/gm)].reduce((sum, [, pages]) => sum + Number(pages), 0);

/** Reads settings of the kernel that affect PSS: same-page merging, and huge pages. Null if a setting does not exist. */
export function readMemorySettings(sys = "/sys/kernel/mm"): {
  ksmPagesSharing: number | null;
  transparentHugePages: string | null;
} {
  const sharing = readProc(`${sys}/ksm/pages_sharing`);
  const huge = readProc(`${sys}/transparent_hugepage/enabled`);
  return {
    ksmPagesSharing: sharing === undefined ? null : Number(sharing),
    transparentHugePages: /\[(\w+)\]/.exec(huge ?? "")?.[1] ?? null,
  };
}
