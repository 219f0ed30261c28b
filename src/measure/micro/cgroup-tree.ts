import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { LabError } from "../../model/errors.js";
import { groupsBelow, pidsOfGroup } from "../host/cgroups.js";
import type { Hierarchy } from "./hierarchies.js";

/** Returns the name of a campaign's own group in each hierarchy, which contains everything that the campaign makes. */
export const groupName = (campaign: string): string => `rund-lab-${campaign}`;

/** Returns the campaign's group in one hierarchy. */
export const groupIn = ({ folder }: Hierarchy, campaign: string): string => join(folder, groupName(campaign));

/**
 * Makes the campaign's group in each hierarchy, and in it the group `home`, in which processes wait. In cgroup v2, the
 * controllers that the parent grants are passed on; in v1's cpuset, new groups inherit processors and memory nodes.
 *
 * @throws LabError an error of `cgroupError`
 */
export function openTree(hierarchies: readonly Hierarchy[], campaign: string): void {
  for (const hierarchy of hierarchies) {
    const group = groupIn(hierarchy, campaign);
    try {
      if (hierarchy.readOnly) throw Object.assign(new Error("read-only"), { code: "EROFS" });
      mkdirSync(group, { recursive: true });
      if (hierarchy.controllers.includes("cpuset")) {
        for (const file of ["cpuset.cpus", "cpuset.mems"]) {
          writeFileSync(join(group, file), readFileSync(join(hierarchy.folder, file), "utf8"));
        }
        writeFileSync(join(group, "cgroup.clone_children"), "1");
      }
      if (hierarchy.version === 2) {
        const granted = readFileSync(join(group, "cgroup.controllers"), "utf8").split(/\s+/).filter(Boolean);
        const enable = granted.map(name => `+${name}`).join(" ");
        if (enable !== "") writeFileSync(join(group, "cgroup.subtree_control"), enable);
      }
      mkdirSync(join(group, "home"), { recursive: true });
    } catch (cause) {
      throw cgroupError(group, (cause as NodeJS.ErrnoException).code ?? String(cause), cause);
    }
  }
}

/**
 * Removes a campaign's group and everything in it. Waits for processes of a killed session that are still ending.
 *
 * @param endingMs maximum time until they end
 * @returns the number of removed groups
 * @throws LabError `RUND_CGROUP_BUSY` naming the processes that stay
 */
export async function removeTree(
  hierarchies: readonly Hierarchy[],
  campaign: string,
  endingMs = 10_000,
): Promise<number> {
  const deadline = performance.now() + endingMs;
  let removed = 0;
  for (const hierarchy of hierarchies) {
    const group = groupIn(hierarchy, campaign);
    const paths = [...groupsBelow(group).map(name => join(group, name)), group];
    for (const path of paths) {
      while (existsSync(path)) {
        try {
          rmdirSync(path);
          removed++;
        } catch (cause) {
          const { code = "" } = cause as NodeJS.ErrnoException;
          if (code === "ENOENT") break;
          if (code !== "EBUSY" || performance.now() > deadline) throw cgroupError(path, code, cause);
          await delay(5);
        }
      }
    }
  }
  return removed;
}

/** Returns the error for a failed call on a control group, with the next step. */
export function cgroupError(where: string, code: string, cause?: unknown): LabError {
  const known: Readonly<Record<string, readonly [code: string, summary: string, hint: string]>> = {
    EACCES: ["RUND_CGROUP_ROOT", "no permission to change control groups", "run as root"],
    EPERM: ["RUND_CGROUP_ROOT", "no permission to change control groups", "run as root"],
    EROFS: [
      "RUND_CGROUP_READ_ONLY",
      "the control groups are mounted read-only",
      "run outside the container, or give it writable control groups (such as `--privileged`)",
    ],
    EAGAIN: [
      "RUND_CGROUP_LIMIT",
      "the kernel makes no more control groups here",
      "raise cgroup.max.descendants and cgroup.max.depth of the groups above, or reduce --containers and --density",
    ],
    ENOSPC: [
      "RUND_CGROUP_LIMIT",
      "the kernel makes no more control groups here, or a group has no processors",
      "see cgroup.max.descendants and cpuset.cpus of the groups above, or reduce --containers and --density",
    ],
    EBUSY: [
      "RUND_CGROUP_BUSY",
      `processes are still in the group${pidsIn(where)}`,
      "if they are a killed campaign's sandboxes, `rund-lab run --resume` of its folder removes them; otherwise end them, then run `rund-lab env restore`",
    ],
  };
  const [name, summary, hint] = known[code] ?? [
    "RUND_CGROUP",
    `a control group cannot be changed (${code})`,
    undefined,
  ];
  return new LabError(name, "machine", summary, { where, cause, ...(hint === undefined ? {} : { hint }) });
}

function pidsIn(group: string): string {
  const pids = pidsOfGroup(group);
  return pids.length === 0 ? "" : ` (pid ${pids.slice(0, 3).join(", ")}${pids.length > 3 ? ", …" : ""})`;
}
