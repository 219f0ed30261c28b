import type { DiskCost, OperationPhase, OperationsEvent, PhaseName } from "../../campaign-files/operations.js";
import type { ReleasedThreads, Task, TaskTime } from "./released-threads.js";

/** A phase's record, from the times of its items. */
export function phaseOf(
  phase: PhaseName,
  operation: string,
  times: readonly Pick<TaskTime, "startUs" | "endUs">[],
  disk?: DiskCost,
): OperationPhase {
  return {
    phase,
    operation,
    totalMs: Math.round(Math.max(...times.map(({ endUs }) => endUs))) / 1000,
    us: times.map(({ startUs, endUs }) => Math.round(endUs - startUs)),
    ...(disk === undefined ? {} : { disk }),
  };
}

/** What the harness takes for so many items: tasks without calls, or with the cheapest call of their kind. */
export async function harnessCost(
  pool: ReleasedThreads,
  threads: number,
  items: number,
  task: Task = [],
): Promise<OperationsEvent["harness"]> {
  const { totalMs, us } = phaseOf("make", "nothing", await pool.run(Array(items).fill(task), threads));
  return { totalMs, medianUs: [...us].sort((a, b) => a - b)[Math.floor(us.length / 2)]! };
}
