import { dirname, join } from "node:path";
import { fieldsOf, readProc } from "./proc.js";

/** The free memory and tasks of this machine. */
export interface MachineLimits {
  readonly memAvailableMiB: number;
  readonly pids: PidLimit;
}

/** The tightest limit on tasks (threads count like processes). */
export interface PidLimit {
  readonly free: number;
  readonly limit: number;
  /** The kernel setting or the control group that sets it. */
  readonly by: string;
}

/**
 * Reads how much memory and how many pids are free now.
 *
 * @param pid a process whose control groups count: the engine's, under which sandboxes run; by default this process
 */
export function readLimits(pid: number | "self" = "self", root = "/"): MachineLimits {
  const proc = join(root, "proc");
  const cgroups = join(root, "sys/fs/cgroup");
  const memory = fieldsOf(readProc(`${proc}/meminfo`) ?? "");
  const used = Number((readProc(`${proc}/loadavg`) ?? "").split(" ")[3]?.split("/")[1] ?? 0);
  const kernel = ["pid_max", "threads-max"].flatMap(name => {
    const limit = Number(readProc(`${proc}/sys/kernel/${name}`) ?? Number.NaN);
    return Number.isNaN(limit) ? [] : [{ limit, free: limit - used, by: `kernel.${name}` }];
  });
  const [tightest] = [...kernel, ...cgroupLimits(`${proc}/${pid}/cgroup`, cgroups)].sort((a, b) => a.free - b.free);
  return {
    memAvailableMiB: Math.floor((memory.get("MemAvailable") ?? 0) / 1024),
    pids: tightest ?? { free: Number.POSITIVE_INFINITY, limit: Number.POSITIVE_INFINITY, by: "nothing" },
  };
}

/** Returns the pids limits of the control groups of a process, from its own up to the root, v1 or v2. */
function cgroupLimits(file: string, cgroups: string): readonly PidLimit[] {
  const lines = (readProc(file) ?? "").split("\n").map(line => line.split(":"));
  const v1 = lines.find(([, controllers = ""]) => controllers.split(",").includes("pids"));
  const v2 = lines.find(([number]) => number === "0");
  const roots = [
    v1 === undefined ? undefined : { root: join(cgroups, "pids"), path: v1[2] ?? "/" },
    v2 === undefined ? undefined : { root: cgroups, path: v2[2] ?? "/" },
  ];
  return roots.flatMap(tree => (tree === undefined ? [] : upwards(tree.root, tree.path)));
}

function upwards(root: string, path: string): readonly PidLimit[] {
  const found: PidLimit[] = [];
  for (let at = path; ; at = dirname(at)) {
    const limit = Number(readProc(join(root, at, "pids.max")) ?? Number.NaN);
    const current = Number(readProc(join(root, at, "pids.current")) ?? Number.NaN);
    if (!Number.isNaN(limit) && !Number.isNaN(current))
      found.push({ limit, free: limit - current, by: join(root, at) });
    if (at === "/" || at === "." || at === dirname(at)) return found;
  }
}
