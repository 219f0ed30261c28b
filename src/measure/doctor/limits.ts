import { readFileSync } from "node:fs";
import { counted } from "../../model/counted.js";
import type { MachineLimits } from "../host/limits.js";
import { sandboxTasks } from "../plan/plan.js";
import { type CheckResult, fine, lacking } from "./check-result.js";

/** The largest use of resources at one moment of a plan. */
export interface PeakNeeds {
  readonly pids: number;
  readonly memoryMiB: number;
  readonly sandboxes: number;
}

/** Files open at once per sandbox: the shim's sockets, pipes and log, and containerd's ends of them. */
const filesPerSandbox = 40;

/**
 * Compares the machine's limits on tasks, files and memory with a plan.
 *
 * @param needs the needs of the plan; if null, the limits are only reported
 */
export function limitChecks({ memAvailableMiB, pids }: MachineLimits, needs: PeakNeeds | null): CheckResult[] {
  const sandboxes = Math.floor(pids.free / sandboxTasks.running);
  const has = `${pids.free} free of ${pids.limit} (${pids.by}), enough for ${counted(sandboxes, "sandbox")} of runc`;
  const [openFiles, fileLimit] = fileUse();
  const files = (needs?.sandboxes ?? 0) * filesPerSandbox;
  const memory = `${memAvailableMiB} MiB available`;
  return [
    needs === null || needs.pids <= pids.free
      ? fine("pids", has)
      : lacking("pids", has, `the plan needs ${needs.pids}: raise ${pids.by}, or lower density and concurrency`),
    files <= fileLimit - openFiles
      ? fine("files", `${openFiles} open of ${fileLimit}`)
      : lacking(
          "files",
          `${openFiles} open of ${fileLimit}`,
          `the plan needs about ${files}: raise the limit (sysctl fs.file-max)`,
        ),
    needs === null || needs.memoryMiB <= memAvailableMiB
      ? fine("memory", memory)
      : lacking(
          "memory",
          memory,
          `the plan needs ${needs.memoryMiB} MiB: lower density, or measure on a larger machine`,
        ),
  ];
}

/** Reads the number of open files on the whole machine, and its limit. */
function fileUse(): [number, number] {
  const [open, , most] = readFileSync("/proc/sys/fs/file-nr", "utf8").trim().split(/\s+/).map(Number);
  return [open ?? 0, most ?? Number.POSITIVE_INFINITY];
}
