import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { LabError } from "../../model/errors.js";
import type { Dataset, MemoryCell, MemoryComponent, Round, RunInfo, StartCell } from "./dataset.js";
import { type DistilledTable, distilledColumns } from "./distilled.js";
import { parseCsv } from "./published.js";

/**
 * Reads a distilled folder.
 *
 * @throws LabError `RUND_DISTILLED` where a file is missing, has other columns, or holds something that is no number
 */
export function readDistilled(path: string): Dataset {
  const runs = readRuns(join(path, "runs.json"));
  return {
    name: basename(resolve(path)),
    path,
    source: "distilled",
    runs,
    starts: readStarts(path),
    memory: readMemory(path),
    published: rowsOf(path, "published").map(row => ({
      table: row.text("table"),
      row: row.text("row"),
      column: row.text("column"),
      value: row.number("value"),
    })),
    problems: [],
    problemCount: 0,
  };
}

function readStarts(path: string): readonly StartCell[] {
  const rounds = new Map<string, Round[]>();
  for (const row of rowsOf(path, "rounds")) {
    const key = keyOf(row);
    const own = rounds.get(key) ?? [];
    if (own.length === 0) rounds.set(key, own);
    own.push({
      round: row.number("round"),
      clients: row.number("clients"),
      makespanMs: row.number("makespan_ms"),
      startSkewMs: row.number("start_skew_ms"),
      latencyMeanMs: row.number("latency_mean_ms"),
      latencyP50Ms: row.number("latency_p50_ms"),
      latencyP90Ms: row.number("latency_p90_ms"),
      latencyP99Ms: row.number("latency_p99_ms"),
      latencyMaxMs: row.number("latency_max_ms"),
      busyJiffies: row.numberOrNull("busy_jiffies"),
      totalJiffies: row.numberOrNull("total_jiffies"),
      block: null,
    });
  }
  const cells = rowsOf(path, "latency").map((row): StartCell => {
    const own = rounds.get(keyOf(row)) ?? [];
    rounds.delete(keyOf(row));
    const experiment = row.text("experiment");
    if (experiment !== "time" && experiment !== "density") row.fail("experiment", "time or density");
    const samples = row.number("samples");
    const started = own.reduce((total, { clients }) => total + clients, 0);
    if (samples !== started) row.fail("samples", `${started}, the clients of the cell's rounds in rounds.csv,`);
    return {
      run: row.text("run"),
      experiment: experiment === "density" ? "density" : "time",
      runtime: row.text("runtime"),
      density: row.number("density"),
      concurrency: row.number("concurrency"),
      rounds: own,
      partial: 0,
      busyJiffies: own.flatMap(({ busyJiffies }) => busyJiffies ?? []),
      attempted: null,
      failed: null,
      samples,
      latencyQuantiles: samples === 0 ? [] : percents.map(percent => row.number(percent)),
    };
  });
  const [lost] = rounds.keys();
  if (lost !== undefined) throw distilledError(join(path, "latency.csv"), `a line for ${lost}`, "none");
  return cells;
}

const percents = distilledColumns.latency.slice(6);

const keyOf = (row: Row) => `${row.text("run")}/${row.text("density")}/${row.text("concurrency")}`;

function readMemory(path: string): readonly MemoryCell[] {
  const cells = new Map<string, { cell: Omit<MemoryCell, "components">; components: MemoryComponent[] }>();
  for (const row of rowsOf(path, "memory")) {
    const key = `${row.text("run")}/${row.text("memory_mb")}/${row.text("density")}`;
    let entry = cells.get(key);
    if (entry === undefined) {
      const density = row.number("density");
      const memoryMb = row.number("memory_mb");
      const cell = { run: row.text("run"), runtime: row.text("runtime"), memoryMb, density, sandboxes: density };
      entry = { cell, components: [] };
      cells.set(key, entry);
    }
    entry.components.push({
      component: row.text("component"),
      processes: row.number("processes"),
      ussKiB: row.number("uss_kib"),
      pssKiB: row.number("pss_kib"),
      rssKiB: row.number("rss_kib"),
      vssKiB: row.number("vss_kib"),
    });
  }
  return [...cells.values()].map(({ cell, components }) => ({ ...cell, components }));
}

function readRuns(file: string): readonly RunInfo[] {
  let runs: unknown;
  try {
    runs = JSON.parse(read(file));
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw distilledError(file, "a JSON list of runs", error instanceof Error ? error.message : String(error), error);
  }
  if (!Array.isArray(runs)) throw distilledError(file, "a JSON list of runs", typeof runs);
  const odd = runs.findIndex(run => !isRun(run));
  if (odd >= 0)
    throw distilledError(file, "runs with run, experiment, runtime, versions and config", `#${odd + 1} without`);
  return runs;
}

const isRun = (run: Partial<RunInfo> | null): run is RunInfo =>
  typeof run?.run === "string" &&
  typeof run.runtime === "string" &&
  ["time", "memory", "density"].includes(run.experiment ?? "") &&
  typeof run.versions === "object" &&
  typeof run.config === "object";

/** One line of a distilled file, its fields by column. */
interface Row {
  text(column: string): string;
  number(column: string): number;
  numberOrNull(column: string): number | null;
  fail(column: string, expected: string): never;
}

function rowsOf(path: string, table: DistilledTable): readonly Row[] {
  const file = join(path, `${table}.csv`);
  const [head = [], ...lines] = parseCsv(read(file), file);
  const columns: readonly string[] = distilledColumns[table];
  const places = new Map(head.map((name, place) => [name, place]));
  const missing = columns.filter(column => !places.has(column));
  if (missing.length > 0) throw distilledError(`${file}:1`, `columns ${columns.join(" ")}`, `none named ${missing[0]}`);
  return lines.map((fields, index): Row => {
    const text = (column: string) => fields[places.get(column) ?? -1] ?? "";
    const fail = (column: string, expected: string): never => {
      throw distilledError(`${file}:${index + 2}`, `${expected} in ${column}`, `"${text(column)}"`);
    };
    const number = (column: string) => {
      const value = Number(text(column));
      return text(column) !== "" && Number.isFinite(value) ? value : fail(column, "a number");
    };
    return { text, number, numberOrNull: column => (text(column) === "" ? null : number(column)), fail };
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw distilledError(file, "a file of the distilled data", "none that can be read", error);
  }
}

const distilledError = (where: string, expected: string, found: string, cause?: unknown) =>
  new LabError("RUND_DISTILLED", "input", "", {
    where,
    expected,
    found,
    hint: "`rund-lab data distill <raw folder>` writes these files; `git checkout` brings back the committed ones",
    cause,
  });
