import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { campaignGroups } from "../containerd/census/control-groups.js";
import { removeForgotten } from "../containerd/known-containers.js";
import { clearOrphans } from "../containerd/orphans.js";
import { removeParentGroup } from "../containerd/remove-remains.js";
import { groupName } from "../micro/cgroup-tree.js";
import { campaignParent } from "./service/cgroup-parent.js";
import { isContainerd, type Service } from "./service/service.js";

/**
 * Removes what is left of a campaign after CRI no longer lists its sandboxes: records of cancelled containers, the campaign's
 * parent control groups or slice, and the orphans of a private containerd.
 *
 * @param label the campaign's label
 * @returns the number of removed records and orphans
 */
export async function clearAfter(service: Service, label: string): Promise<number> {
  const { containerd, socket } = service;
  const forgotten = isContainerd(service) ? await removeForgotten(socket, label) : [];
  await removeParents(label);
  if (containerd === null || !("folder" in containerd.service)) return forgotten.length;
  return forgotten.length + (await clearOrphans(containerd.service.folder)).length;
}

/** Removes the parent control groups of a campaign's sandboxes, or their slice. */
export async function removeParents(label: string): Promise<void> {
  for (const group of campaignGroups(groupName(label))) await removeParentGroup(group);
  if (campaignSlice(label)) await execa("systemctl", ["stop", campaignParent("systemd", label)!], { reject: false });
}

/** Whether systemd has made the campaign's slice, in v2 or in its own hierarchy of v1. */
const campaignSlice = (label: string): boolean =>
  ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd"].some(tree => existsSync(join(tree, campaignParent("systemd", label)!)));
