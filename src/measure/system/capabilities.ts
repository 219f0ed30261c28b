import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { execa } from "execa";

/** Folders of programs for root that a user's PATH may lack. */
const rootFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Returns a PATH with the folders of programs for root appended.
 *
 * @example searchPath("/opt/bin:/usr/bin") // "/opt/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin"
 */
export function searchPath(path: string): string {
  return [...new Set([...path.split(delimiter).filter(folder => folder !== ""), ...rootFolders])].join(delimiter);
}

/** The capability to raise limits and lower oom_score_adj (capability 24). */
export const capSysResource = 24n;

/** Whether this process, and so its children, has a capability. */
export function hasCapability(number: bigint): boolean {
  const effective = readFileSync("/proc/self/status", "utf8").match(/^CapEff:\s*([0-9a-f]+)$/m)?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> number) & 1n) === 1n;
}

/**
 * Whether overlayfs can be mounted with its layers in a folder. This is tried, because neither kernel nor file system reports it.
 */
export async function overlayWorks(folder: string): Promise<boolean> {
  const trial = join(folder, "overlay-trial");
  const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map(part => join(trial, part));
  for (const part of [lower, upper, work, merged]) mkdirSync(part!, { recursive: true });
  const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const mounted = await execa("mount", ["-t", "overlay", "overlay", "-o", layers, merged!], { reject: false });
  if (!mounted.failed) await execa("umount", [merged!]);
  rmSync(trial, { recursive: true });
  return !mounted.failed;
}
