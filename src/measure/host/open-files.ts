import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { pidsIn, procFolder, readProc } from "./proc.js";

/** The use of a limited resource. */
export interface Use {
  readonly used: number;
  readonly limit: number;
}

/**
 * Returns the number of files that a process has open, and its limit (soft, `RLIMIT_NOFILE`).
 *
 * @returns undefined if it cannot be read
 */
export function openFilesOf(pid: number, proc: string = procFolder): Use | undefined {
  const text = readProc(join(proc, String(pid), "limits"));
  const limit = /^Max open files +(\d+|unlimited)/m.exec(text ?? "")?.[1];
  if (limit === undefined) return undefined;
  const used = descriptorsOf(pid, proc).length;
  return { used, limit: limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit) };
}

/**
 * Returns the number of inotify instances of all processes of root, and the limit for one user (`fs.inotify.max_user_instances`).
 */
export function inotifyInstances(proc: string = procFolder): Use | undefined {
  const limit = Number(readProc(join(proc, "sys/fs/inotify/max_user_instances")) ?? Number.NaN);
  if (Number.isNaN(limit)) return undefined;
  let used = 0;
  for (const pid of pidsIn(proc)) {
    if (!/^Uid:\t0\t/m.test(readProc(join(proc, String(pid), "status")) ?? "")) continue;
    used += descriptorsOf(pid, proc).filter(target => target === "anon_inode:inotify").length;
  }
  return { used, limit };
}

/** Returns the targets of a process's descriptors. */
function descriptorsOf(pid: number, proc: string): readonly string[] {
  const folder = join(proc, String(pid), "fd");
  try {
    return readdirSync(folder).map(name => {
      try {
        return readlinkSync(join(folder, name));
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}
