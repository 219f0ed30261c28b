import { groupBy } from "../../model/group-by.js";
import { byRuntime } from "../../model/runtimes.js";
import type { Dataset } from "../datasets/dataset.js";
import { memoryGroups, type StartGroup, startGroups } from "../groups.js";
import type { Table } from "./table.js";

/**
 * Computes `time.csv`: the mean over rounds of the makespan in milliseconds, a row per runtime, a column per
 * concurrency.
 *
 * @throws LabError `RUND_TWO_RUNS` if a runtime has two runs that are not repeats within one campaign
 */
export const timeTable = (dataset: Dataset): Table => byConcurrency(dataset, "time", ({ makespanMs }) => makespanMs);

/**
 * Computes `cpu.csv`: CPU per sandbox in milliseconds, that is the busy time of the whole host in a round /
 * concurrency, averaged over the lines of cpu.txt (1 jiffy = 10 ms).
 *
 * @throws LabError `RUND_TWO_RUNS`, like timeTable
 */
export const cpuTable = (dataset: Dataset): Table => byConcurrency(dataset, "cpu", ({ cpuMs }) => cpuMs);

/**
 * Computes `mem_<id>.csv`, one per runtime: memory per sandbox in KiB, that is the sum of PSS over the runtime's processes / the
 * number of sandboxes that were running; a row per guest memory label (MB), a column per density.
 *
 * @throws LabError `RUND_TWO_RUNS`, like timeTable
 */
export function memoryTables(dataset: Dataset): readonly Table[] {
  return perRuntime(memoryGroups(dataset), (runtime, own) =>
    table(
      `mem_${runtime}`,
      "memory",
      own.map(({ memoryMb, density, pssKiB }) => ({ row: String(memoryMb), column: density, value: pssKiB })),
    ),
  );
}

/**
 * Computes `density_<id>.csv`, one per runtime: the mean makespan in milliseconds on top of background sandboxes; a row
 * per background density, a column per concurrency.
 *
 * @throws LabError `RUND_TWO_RUNS`, like timeTable
 */
export function densityTables(dataset: Dataset): readonly Table[] {
  const groups = startGroups(dataset).filter(({ experiment }) => experiment === "density");
  return perRuntime(groups, (runtime, own) =>
    table(
      `density_${runtime}`,
      "density",
      own.map(({ density, concurrency, makespanMs }) => ({
        row: String(density),
        column: concurrency,
        value: makespanMs,
      })),
    ),
  );
}

/** Returns all tables of a dataset: time and cpu, then memory and density by runtime; tables without a row are left out. */
export function allTables(dataset: Dataset): readonly Table[] {
  return [timeTable(dataset), cpuTable(dataset), ...memoryTables(dataset), ...densityTables(dataset)].filter(
    ({ rows }) => rows.length > 0,
  );
}

function byConcurrency(dataset: Dataset, name: string, value: (group: StartGroup) => number | null): Table {
  const groups = startGroups(dataset).filter(({ experiment }) => experiment === "time");
  return table(
    name,
    "runtime",
    groups.map(group => ({ row: group.runtime, column: group.concurrency, value: value(group) })),
  );
}

function perRuntime<Group extends { readonly runtime: string }>(
  groups: readonly Group[],
  tableOf: (runtime: string, own: readonly Group[]) => Table,
): readonly Table[] {
  return [...groupBy(groups, ({ runtime }) => runtime)]
    .sort(([a], [b]) => byRuntime(a, b))
    .map(([runtime, own]) => tableOf(runtime, own));
}

interface TableCell {
  readonly row: string;
  readonly column: number;
  readonly value: number | null;
}

/** Arranges cells as a table. Its rows and columns are those that occur; rows are in order of appearance. */
function table(name: string, rowName: Table["rowName"], cells: readonly TableCell[]): Table {
  const columns = [...new Set(cells.map(({ column }) => column))].sort((a, b) => a - b);
  const rows = [...new Set(cells.map(({ row }) => row))];
  const values = new Map(cells.map(({ row, column, value }) => [`${row}/${column}`, value]));
  return {
    name,
    rowName,
    columns,
    rows: rows.map(row => ({ row, values: columns.map(column => values.get(`${row}/${column}`) ?? null) })),
  };
}
