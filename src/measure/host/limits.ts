import { join } from "node:path";
import { readTaskBounds } from "./bounds.js";
import { fieldsOf, readProc } from "./proc.js";

/** The free memory and tasks of this machine. */
export interface MachineLimits {
  readonly memAvailableMiB: number;
  readonly pids: PidLimit;
}

/** The tightest limit on tasks (threads count like processes). */
interface PidLimit {
  readonly free: number;
  readonly limit: number;
  /** The kernel setting or the control group that sets it. */
  readonly by: string;
}

/**
 * Reads the memory and the number of pids that are free now.
 *
 * @param pid a process whose control groups count: the engine's, under which sandboxes run; by default this process
 */
export function readLimits(pid: number | "self" = "self", root = "/"): MachineLimits {
  const memory = fieldsOf(readProc(join(root, "proc/meminfo")) ?? "");
  const [tightest] = readTaskBounds(pid, root)
    .map(({ name, used, limit }) => ({ limit, free: limit - used, by: name }))
    .sort((a, b) => a.free - b.free);
  return {
    memAvailableMiB: Math.floor((memory.get("MemAvailable") ?? 0) / 1024),
    pids: tightest ?? { free: Number.POSITIVE_INFINITY, limit: Number.POSITIVE_INFINITY, by: "nothing" },
  };
}
