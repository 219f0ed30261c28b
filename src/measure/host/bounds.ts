import { dirname, join } from "node:path";
import type { Bound } from "../../campaign-files/events.js";
import { inotifyInstances } from "./open-files.js";
import { fieldsOf, readProc } from "./proc.js";

/** A control group's limit above this number counts as no limit, because v1 writes a number near 2^63 for "no limit". */
const unlimited = 2 ** 50;

/**
 * Reads the use and the limit of each resource that sandboxes need on this machine: memory and tasks of the host and of the
 * control groups of sandboxes, open files, and inotify instances of this user.
 *
 * @param pids processes whose control groups count, up to the root: the engine's and rund-lab's
 * @param groups control groups that contain sandboxes, as paths below each controller's root: `/k8s.io`
 */
export function readBounds(
  pids: readonly (number | "self")[],
  groups: readonly string[],
  root = "/",
): readonly Bound[] {
  const proc = join(root, "proc");
  const memory = fieldsOf(readProc(`${proc}/meminfo`) ?? "");
  const total = memory.get("MemTotal") ?? 0;
  const [files = 0, , maxFiles = 0] = (readProc(`${proc}/sys/fs/file-nr`) ?? "").trim().split(/\s+/).map(Number);
  const inotify = inotifyInstances(proc, process.getuid?.());
  const found: readonly Bound[] = [
    { name: "memory of the host", unit: "KiB", used: total - (memory.get("MemAvailable") ?? 0), limit: total },
    ...kernelTasks(proc),
    { name: "fs.file-max", unit: "files", used: files, limit: maxFiles },
    ...(inotify === undefined
      ? []
      : [{ name: "fs.inotify.max_user_instances", unit: "instances", ...inotify } as const]),
    ...groupBounds("memory", pids, groups, root),
    ...groupBounds("pids", pids, groups, root),
  ];
  return found.filter(({ limit }) => limit > 0);
}

/**
 * Reads the limits on tasks (threads count like processes): of the kernel, and of the control groups of a process up to the
 * root.
 */
export const readTaskBounds = (pid: number | "self", root = "/"): readonly Bound[] => [
  ...kernelTasks(join(root, "proc")),
  ...groupBounds("pids", [pid], [], root),
];

function kernelTasks(proc: string): readonly Bound[] {
  const used = Number((readProc(`${proc}/loadavg`) ?? "").split(" ")[3]?.split("/")[1] ?? 0);
  return ["pid_max", "threads-max"].flatMap(name => {
    const limit = numberIn(`${proc}/sys/kernel`, name);
    return limit === undefined ? [] : [{ name: `kernel.${name}`, unit: "pids", used, limit } as const];
  });
}

/** Returns the limits of groups from the innermost to the root, in the controller's tree, v1 or v2. */
function groupBounds(
  controller: "memory" | "pids",
  pids: readonly (number | "self")[],
  groups: readonly string[],
  root: string,
): readonly Bound[] {
  const tree = join(root, "sys/fs/cgroup");
  const v1 = join(tree, controller);
  const base = readProc(join(v1, "cgroup.procs")) === undefined ? tree : v1;
  const own = pids.flatMap(pid => pathOf(readProc(join(root, "proc", String(pid), "cgroup")), controller));
  const folders = new Set([...groups, ...own].flatMap(upwards).map(path => join(base, path)));
  return [...folders].flatMap(folder => (controller === "pids" ? pidsOf(folder) : memoryOf(folder)) ?? []);
}

const upwards = (path: string): readonly string[] =>
  path === dirname(path) ? [path] : [path, ...upwards(dirname(path))];

/** Returns a process's path in a controller's tree; in the unified one if the controller has no tree of its own. */
function pathOf(text: string | undefined, controller: string): readonly string[] {
  const lines = (text ?? "").split("\n").map(line => line.split(":"));
  const own = lines.find(([, names = ""]) => names.split(",").includes(controller));
  const path = (own ?? lines.find(([number]) => number === "0"))?.[2];
  return path === undefined ? [] : [path];
}

function pidsOf(folder: string): Bound | undefined {
  const [used, limit] = [numberIn(folder, "pids.current"), numberIn(folder, "pids.max")];
  return used === undefined || limit === undefined ? undefined : { name: folder, unit: "pids", used, limit };
}

/** Returns memory that cannot be reclaimed: the charged memory minus file pages that were not used recently. */
function memoryOf(folder: string): Bound | undefined {
  const used = numberIn(folder, "memory.current") ?? numberIn(folder, "memory.usage_in_bytes");
  const limit = numberIn(folder, "memory.max") ?? numberIn(folder, "memory.limit_in_bytes");
  if (used === undefined || limit === undefined || limit > unlimited) return undefined;
  const stat = fieldsOf(readProc(join(folder, "memory.stat")) ?? "");
  const reclaimable = stat.get("total_inactive_file") ?? stat.get("inactive_file") ?? 0;
  const kib = (bytes: number) => Math.round(bytes / 1024);
  return { name: folder, unit: "KiB", used: kib(Math.max(0, used - reclaimable)), limit: kib(limit) };
}

function numberIn(folder: string, file: string): number | undefined {
  const value = Number(readProc(join(folder, file)) ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}
