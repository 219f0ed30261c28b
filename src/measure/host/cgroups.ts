import { existsSync } from "node:fs";
import { join } from "node:path";

export type CgroupMode = "v2" | "v1" | "hybrid";

/**
 * Returns how control groups are mounted; `hybrid` is v1 with a v2 tree that has no controllers.
 *
 * @returns null if none are mounted
 */
export function cgroupMode(root = "/"): CgroupMode | null {
  const there = (file: string) => existsSync(join(root, "sys/fs/cgroup", file));
  if (there("cgroup.controllers")) return "v2";
  if (there("unified/cgroup.procs")) return "hybrid";
  return there("memory") || there("cpu") || there("pids") ? "v1" : null;
}
