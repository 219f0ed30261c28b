import { join } from "node:path";
import { groupsBelow } from "../../host/cgroups.js";

/** A control group of a sandbox or container in one hierarchy. */
export interface ControlGroup {
  readonly path: string;
  readonly id: string;
}

/** containerd's parent of the control groups of sandboxes whose request names no parent. */
export const usualParent = "k8s.io";

/** The prefix of the control groups that campaigns give to their sandboxes as a parent. */
export const campaignGroupPrefix = "rund-lab-";

/** A campaign's own parent of control groups: a path for the driver cgroupfs, a slice for systemd. */
const campaignParents = /^(rund-lab-|rundlab_)/;

/** Returns the existing control groups of sandboxes, in every hierarchy. */
export function groupsOf(ids: readonly string[], root = "/sys/fs/cgroup"): readonly ControlGroup[] {
  const wanted = new Set(ids);
  return hierarchies(root).flatMap(hierarchy => below(hierarchy, wanted));
}

/** Returns the folder of each mounted hierarchy, and the folder that contains them all, if v2 is mounted there. */
const hierarchies = (root: string): readonly string[] => [root, ...groupsBelow(root).map(name => join(root, name))];

/** Returns the sandboxes' groups in one hierarchy: below the usual parent and below those of campaigns, at any depth. */
function below(folder: string, ids: ReadonlySet<string>): readonly ControlGroup[] {
  return groupsBelow(folder).flatMap(name => {
    const path = join(folder, name);
    const id = name.replace(/^cri-containerd-(.*)\.scope$/, "$1");
    if (ids.has(id)) return [{ path, id }];
    return name === usualParent || campaignParents.test(name) ? below(path, ids) : [];
  });
}

/** Returns the folders of a parent of sandboxes' groups, such as a campaign's, in all hierarchies that have it. */
export const campaignGroups = (parent: string, root = "/sys/fs/cgroup"): readonly string[] =>
  hierarchies(root).flatMap(hierarchy => (groupsBelow(hierarchy).includes(parent) ? [join(hierarchy, parent)] : []));
