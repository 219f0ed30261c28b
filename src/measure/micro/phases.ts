import type { DiskCost, OperationPhase, OperationsEvent, PhaseName } from "../../campaign-files/events/operations.js";
import { diskBetween, readDisks } from "../host/disk.js";
import type { ReleasedThreads } from "./released-threads.js";

/** Returns a phase's record from the times of its items. An item without `startUs` started at the release. */
export function phaseOf(
  phase: PhaseName,
  operation: string,
  times: readonly { readonly startUs?: number; readonly endUs: number }[],
  disk?: DiskCost,
): OperationPhase {
  return {
    phase,
    operation,
    totalMs: Math.round(Math.max(...times.map(({ endUs }) => endUs))) / 1000,
    us: times.map(({ startUs = 0, endUs }) => Math.round(endUs - startUs)),
    ...(disk === undefined ? {} : { disk }),
  };
}

/** Measures a phase, with the operations and bytes of the machine's disks during it. */
export async function watchedPhase(
  phase: PhaseName,
  operation: string,
  work: () => Promise<Parameters<typeof phaseOf>[2]>,
): Promise<OperationPhase> {
  const before = readDisks();
  const times = await work();
  return phaseOf(phase, operation, times, diskBetween(before, readDisks()));
}

/** Returns the harness's own time for a number of items, from tasks without calls. */
export async function harnessCost(
  pool: ReleasedThreads,
  threads: number,
  items: number,
): Promise<OperationsEvent["harness"]> {
  const { totalMs, us } = phaseOf("make", "nothing", await pool.run(Array(items).fill([]), threads));
  return { totalMs, medianUs: medianOf(us) };
}

/** Returns the median of some numbers; for an even number, the upper of the two middle ones. */
export const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
