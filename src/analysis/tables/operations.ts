import { csvText } from "../../campaign-files/csv.js";
import type { OperationCell } from "../datasets/dataset.js";
import { estimateMean } from "../stats/index.js";

/** One phase of one cell of a micro experiment, over its rounds. */
export interface OperationRow {
  readonly run: string;
  readonly experiment: OperationCell["experiment"];
  readonly variant: string;
  readonly density: number;
  readonly concurrency: number;
  readonly count: number;
  readonly phase: string;
  readonly rounds: number;
  /** Milliseconds from the common release until the last container is done: the mean over rounds, and its 95 % interval. */
  readonly totalMs: number;
  readonly interval: readonly [number, number] | null;
}

/**
 * Returns a row for each phase of each cell of control groups and root file systems. Fewer than five rounds have no interval.
 *
 * @example operationTable([]) // []
 */
export function operationTable(cells: readonly OperationCell[]): readonly OperationRow[] {
  return cells.flatMap(({ run, experiment, variant, density, concurrency, count, phasesMs = {} }) =>
    Object.entries(phasesMs).map(([phase, values]): OperationRow => {
      const place = { run, experiment, variant, density, concurrency, count, phase };
      const { value, interval } = estimateMean(values, `operations ${run} ${density} ${concurrency} ${phase}`);
      return { ...place, rounds: values.length, totalMs: value, interval };
    }),
  );
}

/**
 * Writes such rows as CSV, for `operations_<experiment>.csv`.
 *
 * @example operationsCsv([]) // "run,variant,density,concurrency,count,phase,rounds,total_ms,total_low_ms,total_high_ms\n"
 */
export function operationsCsv(rows: readonly OperationRow[]): string {
  const columns = ["run", "variant", "density", "concurrency", "count", "phase", "rounds"];
  const ms = (value: number | undefined) => (value === undefined ? null : value.toFixed(3));
  return csvText([
    [...columns, "total_ms", "total_low_ms", "total_high_ms"],
    ...rows.map(({ run, variant, density, concurrency, count, phase, rounds, totalMs, interval }) => [
      ...[run, variant, density, concurrency, count, phase, rounds],
      ...[ms(totalMs), ms(interval?.[0]), ms(interval?.[1])],
    ]),
  ]);
}
