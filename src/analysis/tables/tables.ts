import { LabError } from "../../model/errors.js";
import type { Experiment } from "../../model/experiment.js";
import { byRuntime } from "../../model/runtimes.js";
import type { Dataset, MemoryCell, StartCell } from "../datasets/dataset.js";
import { mean } from "../stats/mean.js";
import type { Table } from "./table.js";

/**
 * `time.csv`: the mean over rounds of the makespan in milliseconds, a row per runtime, a column per concurrency.
 *
 * @throws LabError `RUND_TWO_RUNS` if two runs of one runtime meet that are not repeats within one campaign
 */
export function timeTable(dataset: Dataset): Table {
  const cells = startCells(dataset, "time");
  return table("time", "runtime", cells, {
    row: cell => cell.runtime,
    column: cell => cell.concurrency,
    value: meanMakespan,
    order: byRuntime,
  });
}

/**
 * `cpu.csv`: CPU per sandbox in milliseconds, that is the busy time of the whole host in a round / concurrency, averaged
 * over the lines of cpu.txt (1 jiffy = 10 ms).
 *
 * @throws LabError `RUND_TWO_RUNS`, as timeTable
 */
export function cpuTable(dataset: Dataset): Table {
  const cells = startCells(dataset, "time");
  return table("cpu", "runtime", cells, {
    row: cell => cell.runtime,
    column: cell => cell.concurrency,
    value: cpuPerSandbox,
    order: byRuntime,
  });
}

/**
 * `mem_<id>.csv`, one per runtime: memory per sandbox in KiB, that is the sum of PSS over the runtime's processes / the
 * sandboxes that were there; a row per guest memory label (MB), a column per density.
 *
 * @throws LabError `RUND_TWO_RUNS`, as timeTable
 */
export function memoryTables(dataset: Dataset): readonly Table[] {
  refuseTwoRuns(dataset, "memory");
  return byId(dataset.memory, "mem").map(([name, cells]) =>
    table(name, "memory", cells, {
      row: cell => String(cell.memoryMb),
      column: cell => cell.density,
      value: own => meanOf(own.flatMap(cell => pssPerSandbox(cell) ?? [])),
      order: (a, b) => Number(a) - Number(b),
    }),
  );
}

/**
 * `density_<id>.csv`, one per runtime: the mean makespan in milliseconds on top of background sandboxes; a row per
 * background density, a column per concurrency.
 *
 * @throws LabError `RUND_TWO_RUNS`, as timeTable
 */
export function densityTables(dataset: Dataset): readonly Table[] {
  return byId(startCells(dataset, "density"), "density").map(([name, cells]) =>
    table(name, "density", cells, {
      row: cell => String(cell.density),
      column: cell => cell.concurrency,
      value: meanMakespan,
      order: (a, b) => Number(a) - Number(b),
    }),
  );
}

/** Every table a dataset carries: time and cpu, then memory and density by runtime; tables without a row are left out. */
export function allTables(dataset: Dataset): readonly Table[] {
  return [timeTable(dataset), cpuTable(dataset), ...memoryTables(dataset), ...densityTables(dataset)].filter(
    ({ rows }) => rows.length > 0,
  );
}

/** Mean makespan over the complete rounds of one cell, or of its repeats within one campaign; null without any. */
export const meanMakespan = (cells: readonly StartCell[]): number | null =>
  meanOf(cells.flatMap(cell => cell.rounds.map(round => round.makespanMs)));

/** Busy milliseconds of the host per sandbox, averaged over the lines of cpu.txt; null without any. */
export function cpuPerSandbox(cells: readonly StartCell[]): number | null {
  const busy = meanOf(cells.flatMap(cell => cell.busyJiffies));
  return busy === null || cells[0] === undefined ? null : (busy * 10) / cells[0].concurrency;
}

/** Sum of PSS over a cell's processes / its sandboxes, in KiB; null where the snapshot could not be read. */
export function pssPerSandbox({ components, sandboxes }: MemoryCell): number | null {
  if (components.length === 0 || sandboxes === 0) return null;
  return components.reduce((total, { pssKiB }) => total + pssKiB, 0) / sandboxes;
}

const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));

function startCells(dataset: Dataset, experiment: "time" | "density"): readonly StartCell[] {
  refuseTwoRuns(dataset, experiment);
  return dataset.starts.filter(cell => cell.experiment === experiment);
}

/** @throws LabError `RUND_TWO_RUNS` if two runs of one runtime meet that are not repeats within one campaign */
export function refuseTwoRuns(dataset: Dataset, experiment: Experiment): void {
  const first = new Map<string, Dataset["runs"][number]>();
  for (const run of dataset.runs) {
    if (run.experiment !== experiment) continue;
    const other = first.get(run.runtime);
    if (other !== undefined && (run.campaign === null || run.campaign !== other.campaign)) {
      throw new LabError("RUND_TWO_RUNS", "input", "", {
        where: dataset.name,
        expected: `one ${experiment} run of ${run.runtime} in a table`,
        found: `${place(other)} and ${place(run)}`,
        hint: "analyse them one at a time, or set them side by side with `rund-lab compare`",
      });
    }
    first.set(run.runtime, run);
  }
}

const place = ({ campaign, run }: Dataset["runs"][number]) => (campaign === null ? run : `${campaign}/${run}`);

function byId<Cell extends { readonly runtime: string }>(
  cells: readonly Cell[],
  prefix: string,
): readonly (readonly [name: string, cells: readonly Cell[]])[] {
  const ids = [...new Set(cells.map(cell => cell.runtime))].sort(byRuntime);
  return ids.map(id => [`${prefix}_${id}`, cells.filter(cell => cell.runtime === id)] as const);
}

/** Lays cells out as a table: rows and columns are those that occur, cells of one place are valued together. */
function table<Cell>(
  name: string,
  rowName: Table["rowName"],
  cells: readonly Cell[],
  by: {
    readonly row: (cell: Cell) => string;
    readonly column: (cell: Cell) => number;
    readonly value: (cells: readonly Cell[]) => number | null;
    readonly order: (a: string, b: string) => number;
  },
): Table {
  const columns = [...new Set(cells.map(by.column))].sort((a, b) => a - b);
  const rows = [...new Set(cells.map(by.row))].sort(by.order);
  return {
    name,
    rowName,
    columns,
    rows: rows.map(row => ({
      row,
      values: columns.map(column => {
        const own = cells.filter(cell => by.row(cell) === row && by.column(cell) === column);
        return own.length === 0 ? null : by.value(own);
      }),
    })),
  };
}
