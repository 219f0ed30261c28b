import type { Finding } from "../../analysis/claims/findings.js";
import type { ClaimVerdict, ReadingVerdict } from "../../analysis/claims/judge.js";
import type { Dataset } from "../../analysis/datasets/dataset.js";
import type { Table } from "../../analysis/tables/table.js";
import { cpuTable, timeTable } from "../../analysis/tables/tables.js";
import { runtimeLabel } from "../../model/runtimes.js";
import { digits } from "../figures/text.js";
import type { FrameLike } from "./table.js";

/**
 * The same tables of several datasets as one, for `table`: in front what tells the rows apart, the dataset's name where
 * there are several, and the runtime where each has a table of its own. A column that a dataset lacks is empty.
 *
 * @param tablesOf such as `timeTable` or `memoryTables`
 */
export function stacked(
  datasets: readonly Dataset[],
  tablesOf: (dataset: Dataset) => Table | readonly Table[],
): FrameLike {
  const all = datasets.flatMap(dataset =>
    [tablesOf(dataset)]
      .flat()
      .flatMap(table =>
        (table as Table).rows.map(({ row, values }) => ({ dataset: dataset.name, table: table as Table, row, values })),
      ),
  );
  const columns = [...new Set(all.flatMap(({ table }) => table.columns))].sort((a, b) => a - b);
  const rowName = all[0]?.table.rowName ?? "row";
  const own = rowName !== "runtime";
  const labels = [...(datasets.length > 1 ? ["dataset"] : []), ...(own ? ["runtime"] : []), rowName];
  return {
    columns: [...labels, ...columns.map(String)],
    values: all.map(({ dataset, table, row, values }) => [
      ...(datasets.length > 1 ? [dataset] : []),
      ...(own ? [runtimeLabel(table.name.slice(table.name.indexOf("_") + 1)), row] : [runtimeLabel(row)]),
      ...columns.map(column => values[table.columns.indexOf(column)] ?? null),
    ]),
  };
}

/** What was run and on what, a row per run, for `table`: what differs between two rows is a confound of comparing them. */
export function runRows(datasets: readonly Dataset[]): readonly Readonly<Record<string, string | number | null>>[] {
  return datasets.flatMap(dataset =>
    dataset.runs.map(({ run, experiment, runtime, versions, config }) => ({
      dataset: dataset.name,
      run,
      runtime: runtimeLabel(runtime),
      cells: (experiment === "memory" ? dataset.memory : dataset.starts).filter(cell => cell.run === run).length,
      kernel: versions.kernel,
      containerd: versions.containerd,
      kata: versions.kata,
      snapshotter: config.snapshotter === undefined ? null : String(config.snapshotter),
    })),
  );
}

/**
 * How cold starts scale, for `table`: a row per dataset and runtime with the mean makespan of few clients and of many in
 * milliseconds, how many times as long the many take, how many of them that is in a second, and their CPU per sandbox in
 * milliseconds. What a dataset lacks is null.
 *
 * @param clients two concurrencies, the smaller first
 * @throws LabError `RUND_TWO_RUNS`, as timeTable
 */
export function scalingRows(
  datasets: readonly Dataset[],
  [few, many]: readonly [number, number],
): readonly Readonly<Record<string, string | number | null>>[] {
  return datasets.flatMap(dataset => {
    const [time, cpu] = [timeTable(dataset), cpuTable(dataset)];
    return time.rows.map(({ row }) => {
      const [alone, together] = [valueAt(time, row, few), valueAt(time, row, many)];
      return {
        dataset: dataset.name,
        runtime: runtimeLabel(row),
        [`${few} at once (ms)`]: alone,
        [`${many} at once (ms)`]: together,
        "times as long": alone && together ? together / alone : null,
        "rate (1/s)": together ? (1000 * many) / together : null,
        "CPU per sandbox (ms)": valueAt(cpu, row, many),
      };
    });
  });
}

const valueAt = ({ columns, rows }: Table, row: string, column: number): number | null =>
  rows.find(each => each.row === row)?.values[columns.indexOf(column)] ?? null;

type TextRow = Readonly<Record<string, string | null>>;

/** Verdicts on claims, a row each, with the reading that decides, for `table`. */
export function claimRows(verdicts: readonly ClaimVerdict[]): readonly TextRow[] {
  return verdicts.map(verdict => ({ claim: verdict.id, section: verdict.section, ...verdictRow(verdict) }));
}

/** Every reading of every claim, a row each, for `table`. */
export function readingRows(verdicts: readonly ClaimVerdict[]): readonly TextRow[] {
  return verdicts.flatMap(({ id, readings }) => readings.map(reading => ({ claim: id, ...verdictRow(reading) })));
}

/** Findings, a row each, for `table`. */
export const findingRows = (findings: readonly Finding[]): readonly TextRow[] =>
  findings.map(({ kind, text }) => ({ kind, finding: text }));

type Judged = Pick<ReadingVerdict, "verdict" | "part" | "reading" | "measured" | "interval"> & {
  readonly printed: string | null;
  readonly unit: string | null;
  readonly bound: ReadingVerdict["bound"] | null;
};

const signs = { point: "", over: "> ", under: "< " } as const;

function verdictRow({ verdict, bound, printed, unit, measured, interval, part, reading }: Judged): TextRow {
  return {
    verdict: verdict.replace("-", " "),
    claimed: printed === null || bound === null ? null : `${signs[bound]}${printed} ${unit}`,
    measured: measured === null ? null : `${digits(measured)} ${unit}`,
    "95 % interval": interval === null ? null : `${digits(interval[0])} – ${digits(interval[1])}`,
    reading: [part, reading].filter(word => word !== "").join(", "),
  };
}
