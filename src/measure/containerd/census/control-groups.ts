import { join } from "node:path";
import { groupsBelow } from "../../host/cgroups.js";

/** The folder in which control groups are mounted. */
const root = "/sys/fs/cgroup";

/** A control group of a sandbox or container in one hierarchy. */
export interface ControlGroup {
  readonly path: string;
  readonly id: string;
}

/** The parent control group that containerd uses for a sandbox whose request names none. */
export const usualParent = "k8s.io";

/** The prefix of the parent control groups that campaigns create for their sandboxes. */
export const campaignGroupPrefix = "rund-lab-";

/** Matches a campaign's parent group: a path for the driver cgroupfs, a slice for systemd. */
const campaignParents = /^(rund-lab-|rundlab_)/;

/** Returns the existing control groups of sandboxes, in every hierarchy. */
export function groupsOf(ids: readonly string[]): readonly ControlGroup[] {
  const wanted = new Set(ids);
  return hierarchies().flatMap(hierarchy => below(hierarchy, wanted));
}

/** Returns the folders that may be roots of hierarchies: of v2 or of the hybrid layout the root itself, of v1 the folders in it. */
const hierarchies = (): readonly string[] => [root, ...groupsBelow(root).map(name => join(root, name))];

/** Returns the sandboxes' groups in one hierarchy, at any depth below the usual parent or a campaign's. */
function below(folder: string, ids: ReadonlySet<string>): readonly ControlGroup[] {
  return groupsBelow(folder).flatMap(name => {
    const path = join(folder, name);
    const id = name.replace(/^cri-containerd-(.*)\.scope$/, "$1");
    if (ids.has(id)) return [{ path, id }];
    return name === usualParent || campaignParents.test(name) ? below(path, ids) : [];
  });
}

/** Returns the folders of a parent group, such as a campaign's, in all hierarchies that have it. */
export const campaignGroups = (parent: string): readonly string[] =>
  hierarchies().flatMap(hierarchy => (groupsBelow(hierarchy).includes(parent) ? [join(hierarchy, parent)] : []));
