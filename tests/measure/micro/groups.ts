import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CgroupVariant, cgroupVariants } from "../../../src/measure/micro/cgroup-variants.js";
import { type Hierarchy, hierarchiesIn } from "../../../src/measure/micro/hierarchies.js";
import type { Need } from "../../support/needs.js";

/** The hierarchies of this machine. */
export const mounted: readonly Hierarchy[] = hierarchiesIn(readFileSync("/proc/self/mountinfo", "utf8"));

export const variantOf = (id: string): CgroupVariant => cgroupVariants.find(each => each.id === id)!;

/** Whether this machine has a variant's hierarchies and they can be written to. */
export const needsVariant = (id: string): Need => {
  const hierarchies = variantOf(id).hierarchies(mounted);
  const here = hierarchies.length > 0 && hierarchies.every(({ readOnly }) => !readOnly);
  return { name: `control groups for ${id}`, here, optional: true };
};

/** Every group of some campaign in any hierarchy of this machine, of those whose label begins so. */
export const groupsOf = (label: string): readonly string[] =>
  mounted.flatMap(({ folder }) =>
    readdirSync(folder)
      .filter(name => name.startsWith(`rund-lab-${label}`))
      .map(name => join(folder, name)),
  );
