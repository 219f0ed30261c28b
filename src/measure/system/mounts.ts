import { readFileSync } from "node:fs";
import { execa } from "execa";

/** What is mounted at or below a folder, the deepest and latest first: the order to unmount in. */
export function mountsBelow(folder: string): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .flatMap(line => line.split(" ")[4] ?? [])
    .map(point => point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))
    .filter(point => point === folder || point.startsWith(`${folder}/`))
    .reverse();
}

/** Unmounts everything at or below a folder, lazily where it is busy. @returns what is still mounted */
export async function unmountBelow(folder: string): Promise<readonly string[]> {
  for (const point of mountsBelow(folder)) await execa("umount", ["-l", point], { reject: false });
  return mountsBelow(folder);
}
