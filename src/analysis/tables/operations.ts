import { csvText, fixed } from "../../campaign-files/csv.js";
import type { OperationCell } from "../datasets/dataset.js";
import { ascending, estimateMean, mean, quantileR7 } from "../stats/index.js";

/** One phase of one cell of a micro experiment, over its rounds. */
export interface OperationRow extends Omit<OperationCell, "rounds" | "machine"> {
  readonly phase: string;
  /** The operation of the phase: `mkdir`, `rename`, `prepare`, … */
  readonly operation: string;
  readonly rounds: number;
  /** Quantiles of a single container's operation in milliseconds, over the containers of all rounds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Milliseconds from the common release until the last container is done: the mean over rounds, and its 95 % interval. */
  readonly totalMs: number;
  readonly interval: readonly [number, number] | null;
  /** Mean share of all processors that was busy in the idle windows before the rounds; null without windows. */
  readonly idleBusy: number | null;
}

/**
 * Returns a row for each phase of each cell of control groups and root file systems. Fewer than five rounds have no interval.
 *
 * @example operationTable([]) // []
 */
export function operationTable(cells: readonly OperationCell[]): readonly OperationRow[] {
  return cells.flatMap(({ run, experiment, variant, density, concurrency, count, rounds }) => {
    const windows = rounds.flatMap(({ idleBusy }) => idleBusy ?? []);
    return (rounds[0]?.phases ?? []).map(({ phase, operation }, index): OperationRow => {
      const own = rounds.map(({ phases }) => phases[index]!);
      const ms = ascending(own.flatMap(({ us }) => us.map(each => each / 1000)));
      const totals = own.map(({ totalMs }) => totalMs);
      const { value, interval } = estimateMean(totals, `operations ${run} ${density} ${concurrency} ${phase}`);
      return {
        run,
        experiment,
        variant,
        density,
        concurrency,
        count,
        phase,
        operation,
        rounds: rounds.length,
        p50Ms: quantileR7(ms, 0.5),
        p95Ms: quantileR7(ms, 0.95),
        p99Ms: quantileR7(ms, 0.99),
        maxMs: ms.at(-1)!,
        totalMs: value,
        interval,
        idleBusy: windows.length === 0 ? null : mean(windows),
      };
    });
  });
}

/** The columns of `operations_<experiment>.csv`, in order. */
const columns = [
  ...["run", "variant", "density", "concurrency", "count", "phase", "operation", "rounds"],
  ...["p50_ms", "p95_ms", "p99_ms", "max_ms", "total_ms", "total_low_ms", "total_high_ms", "idle_busy"],
];

/**
 * Writes the rows of `operationTable` as CSV, for `operations_<experiment>.csv`. A missing interval or window is empty.
 *
 * @example operationsCsv([]).split(",").slice(-3) // ["total_low_ms", "total_high_ms", "idle_busy\n"]
 */
export function operationsCsv(rows: readonly OperationRow[]): string {
  return csvText([
    columns,
    ...rows.map(row => [
      ...[row.run, row.variant, row.density, row.concurrency, row.count, row.phase, row.operation, row.rounds],
      ...[row.p50Ms, row.p95Ms, row.p99Ms, row.maxMs, row.totalMs].map(value => fixed(value)),
      ...[fixed(row.interval?.[0]), fixed(row.interval?.[1]), fixed(row.idleBusy, 4)],
    ]),
  ]);
}
