import { execa } from "execa";
import { readProc } from "../host/proc.js";

/**
 * Returns the mounts at or below a folder, the deepest and latest first, which is the order to unmount them.
 *
 * @param pid a process whose mount namespace is read
 */
export function mountsBelow(folder: string, pid: number | "self" = "self"): string[] {
  return (readProc(`/proc/${pid}/mountinfo`) ?? "")
    .split("\n")
    .flatMap(line => line.split(" ")[4] ?? [])
    .map(unescaped)
    .filter(point => point === folder || point.startsWith(`${folder}/`))
    .reverse();
}

/** Returns a path of mountinfo, in which the kernel writes spaces and backslashes as octal numbers. */
export const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Unmounts everything at or below a folder, lazily. @returns the mounts that are still there */
export async function unmountBelow(folder: string): Promise<readonly string[]> {
  for (const point of mountsBelow(folder)) await unmount(point);
  return mountsBelow(folder);
}

/** Unmounts lazily, in the mount namespace of a process. Read the mounts again to find out whether it worked. */
export async function unmount(point: string, pid: number = process.pid): Promise<void> {
  const words = ["umount", "-l", point];
  const [program = "", ...rest] = pid === process.pid ? words : ["nsenter", `--mount=/proc/${pid}/ns/mnt`, ...words];
  await execa(program, rest, { reject: false, stdin: "ignore" });
}
