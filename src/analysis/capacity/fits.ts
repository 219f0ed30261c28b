import { csvText, fixed } from "../../campaign-files/csv.js";
import type { FitEvent } from "../../campaign-files/index.js";

/** The columns of `fit.csv`, in order. */
export const fitColumns = [
  ...["run", "runtime", "round", "density", "added", "failed", "p50_ms", "p99_ms", "pss_kib", "mem_available_kib"],
  ...["memory_pressure", "idle_busy_share", "fits", "rule"],
] as const;

/**
 * Returns ramps as CSV, a row per step. The last row of a ramp has the number of sandboxes that fit and the rule that ended the
 * ramp.
 */
export function fitsCsv(fits: readonly FitEvent[]): string {
  const rows = fits.flatMap(({ run, runtime, round, fits: most, rule, steps }) =>
    steps.map((step, index) => {
      const { density, added, failed, latencyP50Ms, latencyP99Ms, pssKiB, host, memoryPressure, idle } = step;
      const last = index === steps.length - 1;
      const busy = idle.total === 0 ? null : idle.busy / idle.total;
      return [
        ...[run, runtime, round, density, added, failed, fixed(latencyP50Ms), fixed(latencyP99Ms), pssKiB],
        ...[host.memAvailableKiB, fixed(memoryPressure), fixed(busy), last ? most : "", last ? rule : ""],
      ];
    }),
  );
  return csvText([fitColumns, ...rows]);
}
