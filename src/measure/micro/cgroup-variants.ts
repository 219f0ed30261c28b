import type { Hierarchy } from "./hierarchies.js";

/** One way in which a container gets its control groups. */
export interface CgroupVariant {
  readonly id: string;
  readonly label: string;
  /** Whether groups are taken from a pool, and returned to it, by rename. */
  readonly pooled: boolean;
  /** The hierarchies in which a container has a group; empty if this host has none for the variant. */
  hierarchies(mounted: readonly Hierarchy[]): readonly Hierarchy[];
  /** The reason why the variant cannot be measured on a host without these hierarchies, for messages. */
  readonly obstacle: string;
}

const v1 = (mounted: readonly Hierarchy[]) => mounted.filter(({ version }) => version === 1);
const joint = (mounted: readonly Hierarchy[]) =>
  [...v1(mounted)]
    .sort((a, b) => b.controllers.length - a.controllers.length)
    .filter(isJoint)
    .slice(0, 1);
const isJoint = ({ controllers }: Hierarchy) => controllers.length > 1;
const noV1 = "no v1 controller is mounted here";
const noJoint = "no v1 hierarchy here has more than one controller";

/** All variants. cgroup v2 has no rename, so a pool is possible only on v1. */
export const cgroupVariants: readonly CgroupVariant[] = [
  { id: "v1", label: "v1, created", pooled: false, hierarchies: v1, obstacle: noV1 },
  { id: "v1pool", label: "v1, renamed from a pool", pooled: true, hierarchies: v1, obstacle: noV1 },
  { id: "joint", label: "v1 joint, created", pooled: false, hierarchies: joint, obstacle: noJoint },
  { id: "jointpool", label: "v1 joint, renamed from a pool", pooled: true, hierarchies: joint, obstacle: noJoint },
  {
    id: "v2",
    label: "v2, created",
    pooled: false,
    hierarchies: mounted => mounted.filter(({ version }) => version === 2).slice(0, 1),
    obstacle: "cgroup v2 is not mounted here",
  },
];

/** Returns the variants that a host can measure, from its mounted hierarchies. */
export const possibleVariants = (mounted: readonly Hierarchy[]): readonly CgroupVariant[] =>
  cgroupVariants.filter(variant => variant.hierarchies(mounted).length > 0);
