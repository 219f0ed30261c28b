import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The folder of the kernel's proc file system; a test passes a folder of its own. */
export const procFolder = "/proc";

/** Pages are 4 KiB on all supported systems (x86-64, and arm64 as distributions build it). */
export const pageKiB = 4;

/** Reads a file, such as one of /proc; undefined if it cannot be read, for example because its process has ended. */
export function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Returns the target of a symbolic link; undefined if it no longer exists, or may not be read. */
export function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

/** Returns the targets of a process's descriptors; empty if it has ended, or they may not be read. */
export function descriptorsOf(pid: number, proc = procFolder): readonly string[] {
  const folder = `${proc}/${pid}/fd`;
  try {
    return readdirSync(folder).map(name => readLink(`${folder}/${name}`) ?? "");
  } catch {
    return [];
  }
}

/** Returns the pids in a proc folder. */
export const pidsIn = (proc: string): readonly number[] =>
  readdirSync(proc)
    .filter(name => /^\d+$/.test(name))
    .map(Number);

/**
 * Returns a process's `stat`: its name, which may contain spaces and brackets, and the fields after it.
 *
 * @example statOf("7 (a) b) S 1 7").name // "a) b"
 * @example statOf("7 (a) b) S 1 7").fields // ["S", "1", "7"]
 */
export function statOf(text: string): { readonly name: string; readonly fields: readonly string[] } {
  const close = text.lastIndexOf(")");
  return {
    name: text.slice(text.indexOf("(") + 1, close),
    fields: text
      .slice(close + 2)
      .trimEnd()
      .split(" "),
  };
}

/**
 * Returns the numbers of a file of `name value` lines, such as /proc/meminfo (KiB) and /proc/vmstat.
 *
 * @example fieldsOf("MemTotal:       24684084 kB\nnr_pages 7\n").get("MemTotal") // 24684084
 */
export function fieldsOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    [...text.matchAll(/^([\w()]+):?\s+(\d+)/gm)].map(([, name, value]) => [name ?? "", Number(value)] as const),
  );
}
