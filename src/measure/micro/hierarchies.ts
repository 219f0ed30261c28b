import { unescaped } from "../system/mounts.js";

/** One mounted tree of control groups. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** The controllers of a v1 hierarchy, in the mount's order; empty for v2, whose files list them. */
  readonly controllers: readonly string[];
  /** The mount point. */
  readonly folder: string;
  readonly readOnly: boolean;
}

/** Mount options of a v1 hierarchy that do not name a controller. */
const otherOptions =
  /^(rw|ro|none|noprefix|clone_children|cpuset_v2_mode|favordynmods|xattr|name=.*|release_agent=.*)$/;

/**
 * Returns the mounted hierarchies of control groups, v1 and v2. v1 hierarchies without a controller, such as systemd's own, are
 * left out, and one that is mounted twice is listed once.
 *
 * @param mountinfo the content of /proc/self/mountinfo
 * @example hierarchiesIn("32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n") // [{ version: 1, controllers: ["cpu", "cpuacct"], folder: "/sys/fs/cgroup/cpu,cpuacct", readOnly: false }]
 */
export function hierarchiesIn(mountinfo: string): readonly Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  for (const line of mountinfo.split("\n")) {
    const [mount = "", system = ""] = line.split(" - ");
    const [, , device = "", , folder = "", options = ""] = mount.split(" ");
    const [type, , superOptions = ""] = system.split(" ");
    if ((type !== "cgroup" && type !== "cgroup2") || found.has(device)) continue;
    const version = type === "cgroup" ? 1 : 2;
    const controllers =
      version === 1 ? superOptions.split(",").filter(option => option !== "" && !otherOptions.test(option)) : [];
    if (version === 1 && controllers.length === 0) continue;
    const readOnly = [options, superOptions].some(text => text.split(",").includes("ro"));
    found.set(device, { version, controllers, folder: unescaped(folder), readOnly });
  }
  return [...found.values()];
}
