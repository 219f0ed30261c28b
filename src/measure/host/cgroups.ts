import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readProc } from "./proc.js";

/** The versions of control groups that are mounted; see `cgroupMode`. */
export type CgroupMode = "v2" | "v1" | "hybrid";

/**
 * Returns the version of the mounted control groups; `hybrid` is v1 with a v2 tree that has no controllers.
 *
 * @returns null if none are mounted
 */
export function cgroupMode(root = "/"): CgroupMode | null {
  const exists = (file: string) => existsSync(join(root, "sys/fs/cgroup", file));
  if (exists("cgroup.controllers")) return "v2";
  if (exists("unified/cgroup.procs")) return "hybrid";
  return exists("memory") || exists("cpu") || exists("pids") ? "v1" : null;
}

/** Returns the processes in a control group itself, without those in the groups below it. */
export const pidsOfGroup = (group: string): readonly number[] =>
  (readProc(join(group, "cgroup.procs")) ?? "").split("\n").filter(Boolean).map(Number);

/** Returns the names of the groups directly below a group; empty if it no longer exists. */
export function groupsBelow(group: string): readonly string[] {
  try {
    return readdirSync(group, { withFileTypes: true }).flatMap(entry => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
