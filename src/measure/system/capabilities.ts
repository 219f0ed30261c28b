import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** Whether this process, and so its children, may raise limits and lower oom_score_adj (CAP_SYS_RESOURCE, number 24). */
export function hasSysResource(): boolean {
  const effective = readFileSync("/proc/self/status", "utf8").match(/^CapEff:\s*([0-9a-f]+)$/m)?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> 24n) & 1n) === 1n;
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
