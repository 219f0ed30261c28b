import { readdirSync } from "node:fs";
import type { DiskCost } from "../../campaign-files/events/operations.js";
import { procFolder, readProc } from "./proc.js";

/** Bytes in a sector of /proc/diskstats, independent of the disk's own sectors. */
const sectorBytes = 512;

/**
 * Returns the total operations and bytes of whole disks since boot. Other devices, such as partitions, are left out, because the
 * disk that holds them counts the same operations.
 *
 * @param diskstats the content of /proc/diskstats
 * @param disks the names of whole disks
 * @example diskTotals("254 0 vda 10 0 80 5 20 0 160 9 0 9 14\n254 1 vda1 9 0 8 5 2 0 16 9 0 9 14\n", ["vda"]) // { reads: 10, writes: 20, readBytes: 40960, writtenBytes: 81920 }
 */
export function diskTotals(diskstats: string, disks: readonly string[]): DiskCost {
  const total = { reads: 0, writes: 0, readBytes: 0, writtenBytes: 0 };
  for (const line of diskstats.split("\n")) {
    const [, , name = "", reads, , readSectors, , writes, , writtenSectors] = line.trim().split(/\s+/);
    if (!disks.includes(name)) continue;
    total.reads += Number(reads);
    total.writes += Number(writes);
    total.readBytes += Number(readSectors) * sectorBytes;
    total.writtenBytes += Number(writtenSectors) * sectorBytes;
  }
  return total;
}

/**
 * Returns the operations and bytes between two readings.
 *
 * @example diskBetween({ reads: 1, writes: 2, readBytes: 3, writtenBytes: 4 }, { reads: 2, writes: 4, readBytes: 6, writtenBytes: 8 }) // { reads: 1, writes: 2, readBytes: 3, writtenBytes: 4 }
 */
export const diskBetween = (from: DiskCost, to: DiskCost): DiskCost => ({
  reads: to.reads - from.reads,
  writes: to.writes - from.writes,
  readBytes: to.readBytes - from.readBytes,
  writtenBytes: to.writtenBytes - from.writtenBytes,
});

/** Returns the operations and bytes of this machine's disks since boot. */
export function readDisks(proc = procFolder, sys = "/sys/block"): DiskCost {
  const disks = readdirSync(sys).filter(name => !/^(loop|ram|zram|dm-|md)/.test(name));
  return diskTotals(readProc(`${proc}/diskstats`) ?? "", disks);
}
