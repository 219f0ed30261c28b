import { fieldsOf, pageKiB, procFolder, readProc } from "./proc.js";

/** The memory of a process in KiB. */
export interface ProcessSizes {
  /** Memory of this process alone. */
  readonly ussKiB: number;
  /** Proportional share: a page that n processes share counts one nth. */
  readonly pssKiB: number;
  /** Everything resident, shared or not. */
  readonly rssKiB: number;
  /** Address space. */
  readonly vssKiB: number;
  readonly swapPssKiB: number;
  /** Huge pages from the reserved pool, which no other value includes. */
  readonly hugetlbKiB: number;
}

/**
 * Returns sizes from a process's smaps_rollup and statm.
 *
 * @returns undefined if the kernel reports none, as for a process that has just ended or a kernel thread
 * @example processSizes("55 ---p 0 [rollup]\nRss: 1772 kB\nPss: 327 kB\nPrivate_Clean: 60 kB\nPrivate_Dirty: 112 kB\n", "100 1 1 1 0 1 0\n").ussKiB // 172
 */
export function processSizes(rollup: string, statm: string): ProcessSizes | undefined {
  const fields = fieldsOf(rollup);
  const rssKiB = fields.get("Rss");
  if (rssKiB === undefined) return undefined;
  const of = (name: string) => fields.get(name) ?? 0;
  return {
    ussKiB: of("Private_Clean") + of("Private_Dirty"),
    pssKiB: of("Pss"),
    rssKiB,
    vssKiB: Number(statm.split(" ")[0]) * pageKiB,
    swapPssKiB: of("SwapPss"),
    hugetlbKiB: of("Shared_Hugetlb") + of("Private_Hugetlb"),
  };
}

/** Returns the sizes of one running process; undefined if it has ended. */
export function readSizes(pid: number, proc = procFolder): ProcessSizes | undefined {
  const rollup = readProc(`${proc}/${pid}/smaps_rollup`);
  const statm = readProc(`${proc}/${pid}/statm`);
  return rollup === undefined || statm === undefined ? undefined : processSizes(rollup, statm);
}
