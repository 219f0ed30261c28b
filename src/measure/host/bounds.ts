import { readdirSync, readlinkSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Bound } from "../../campaign-files/events.js";
import { fieldsOf, pidsIn, readProc } from "./proc.js";

/** A control group's limit above this counts as no limit: v1 writes a number near 2^63 for it. */
const unlimited = 2 ** 50;

/**
 * Reads the resources that sandboxes use up on this machine, and their limits: memory and tasks of the host and of the control
 * groups of sandboxes, open files, and inotify instances of this user.
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
  const tasks = Number((readProc(`${proc}/loadavg`) ?? "").split(" ")[3]?.split("/")[1] ?? 0);
  const [files = 0, , most = 0] = (readProc(`${proc}/sys/fs/file-nr`) ?? "").trim().split(/\s+/).map(Number);
  const found: Bound[] = [
    { name: "memory of the host", unit: "KiB", used: total - (memory.get("MemAvailable") ?? 0), limit: total },
    ...["pid_max", "threads-max"].map((name): Bound => {
      const limit = Number(readProc(`${proc}/sys/kernel/${name}`) ?? Number.NaN);
      return { name: `kernel.${name}`, unit: "pids", used: tasks, limit };
    }),
    { name: "fs.file-max", unit: "files", used: files, limit: most },
    {
      name: "fs.inotify.max_user_instances",
      unit: "instances",
      used: inotifyInstances(proc),
      limit: Number(readProc(`${proc}/sys/fs/inotify/max_user_instances`) ?? Number.NaN),
    },
  ];
  const seen = new Set<string>();
  for (const { folder, controller } of groupFolders(pids, groups, root)) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const bound = controller === "pids" ? pidsOf(folder) : memoryOf(folder);
    if (bound !== undefined) found.push(bound);
  }
  return found.filter(({ limit }) => Number.isFinite(limit) && limit > 0);
}

/** Counts the inotify instances of this user's processes, because the kernel does not report its own count. */
function inotifyInstances(proc: string): number {
  const uid = process.getuid?.();
  return pidsIn(proc).reduce((sum, pid) => sum + instancesOf(`${proc}/${pid}`, uid), 0);
}

function instancesOf(folder: string, uid: number | undefined): number {
  try {
    if (statSync(folder).uid !== uid) return 0;
    return readdirSync(`${folder}/fd`).filter(fd => linkOf(`${folder}/fd/${fd}`) === "anon_inode:inotify").length;
  } catch {
    // it has ended
    return 0;
  }
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

interface GroupFolder {
  readonly folder: string;
  readonly controller: "memory" | "pids";
}

/** Returns the folders of the groups from the innermost to the root, in each controller's tree, v1 or v2. */
function groupFolders(pids: readonly (number | "self")[], groups: readonly string[], root: string): GroupFolder[] {
  const tree = join(root, "sys/fs/cgroup");
  const v1 = (controller: string) => readProc(join(tree, controller, "cgroup.procs")) !== undefined;
  const folders: GroupFolder[] = [];
  for (const controller of ["memory", "pids"] as const) {
    const base = v1(controller) ? join(tree, controller) : tree;
    const paths = [
      ...groups,
      ...pids.flatMap(pid => pathOf(readProc(join(root, "proc", String(pid), "cgroup")), controller)),
    ];
    for (const path of paths) {
      for (let at = path; ; at = dirname(at)) {
        folders.push({ folder: join(base, at), controller });
        if (at === "/" || at === "." || at === dirname(at)) break;
      }
    }
  }
  return folders;
}

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

/** Returns memory that cannot be dropped: the charged memory minus file pages that were not used lately. */
function memoryOf(folder: string): Bound | undefined {
  const used = numberIn(folder, "memory.current") ?? numberIn(folder, "memory.usage_in_bytes");
  const limit = numberIn(folder, "memory.max") ?? numberIn(folder, "memory.limit_in_bytes");
  if (used === undefined || limit === undefined || limit > unlimited) return undefined;
  const stat = new Map(
    (readProc(join(folder, "memory.stat")) ?? "").split("\n").map(line => line.split(" ") as [string, string]),
  );
  const droppable = Number(stat.get("total_inactive_file") ?? stat.get("inactive_file") ?? 0);
  const kib = (bytes: number) => Math.round(bytes / 1024);
  return { name: folder, unit: "KiB", used: kib(Math.max(0, used - droppable)), limit: kib(limit) };
}

function numberIn(folder: string, file: string): number | undefined {
  const value = Number(readProc(join(folder, file)) ?? Number.NaN);
  return Number.isNaN(value) ? undefined : value;
}
