import { join } from "node:path";
import { descriptorsOf, pidsIn, procFolder, readProc } from "./proc.js";

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
 * Returns the number of inotify instances of all processes of a user, and the limit for one user
 * (`fs.inotify.max_user_instances`). The kernel does not report its own count.
 */
export function inotifyInstances(proc: string = procFolder, uid = 0): Use | undefined {
  const limit = Number(readProc(join(proc, "sys/fs/inotify/max_user_instances")) ?? Number.NaN);
  if (Number.isNaN(limit)) return undefined;
  const isOwn = (pid: number) => readProc(join(proc, String(pid), "status"))?.includes(`\nUid:\t${uid}\t`) === true;
  const open = pidsIn(proc)
    .filter(isOwn)
    .flatMap(pid => descriptorsOf(pid, proc));
  return { used: open.filter(target => target === "anon_inode:inotify").length, limit };
}
