import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { counted } from "../../../model/counted.js";
import { LabError } from "../../../model/errors.js";
import { groupBy } from "../../../model/group-by.js";
import { checkedJson, describePath, mismatches } from "../../../model/mismatch.js";
import type { Dataset, MemoryCell, Round, RunInfo, StartCell } from "../dataset.js";
import { parseCsv } from "../published.js";
import {
  type DistilledRow,
  type DistilledTable,
  distilledColumns,
  distilledRows,
  distilledRuns,
  percents,
} from "./distilled.js";

/**
 * Reads a distilled folder.
 *
 * @throws LabError `RUND_DISTILLED` if a file is missing, or any part of it is missing, wrong or unknown; `RUND_TABLE` if a file
 * is not CSV
 */
export function readDistilled(path: string): Dataset {
  return {
    name: basename(resolve(path)),
    path,
    source: "distilled",
    runs: readRuns(join(path, "runs.json")),
    starts: readStarts(path),
    memory: readMemory(path),
    published: rowsOf(path, "published"),
    problems: [],
    problemCount: 0,
  };
}

function readStarts(path: string): readonly StartCell[] {
  const rounds = groupBy(rowsOf(path, "rounds"), keyOf);
  const file = join(path, "latency.csv");
  const cells = rowsOf(path, "latency").map((row, index): StartCell => {
    const { run, experiment, runtime, density, concurrency, samples } = row;
    const own = (rounds.get(keyOf(row)) ?? []).map(roundOf);
    rounds.delete(keyOf(row));
    const started = own.reduce((total, { clients }) => total + clients, 0);
    const where = `${file}:${index + 2}`;
    if (samples !== started) {
      const expected = `${started} in samples, the number of clients in the cell's rounds of rounds.csv`;
      throw distilledError(where, expected, String(samples));
    }
    const latencyQuantiles = percents.flatMap(percent => row[percent] ?? []) as readonly number[];
    if (latencyQuantiles.length !== (samples === 0 ? 0 : percents.length)) {
      throw distilledError(
        where,
        "a number in each column from p0 to p100",
        counted(latencyQuantiles.length, "number"),
      );
    }
    return {
      run,
      experiment,
      runtime,
      density,
      concurrency,
      rounds: own,
      partial: 0,
      busyJiffies: own.flatMap(({ busyJiffies }) => busyJiffies ?? []),
      attempted: null,
      failed: null,
      samples,
      latencyQuantiles,
    };
  });
  const [lost] = rounds.keys();
  if (lost !== undefined) throw distilledError(file, `a line for ${lost}`, "none");
  return cells;
}

const roundOf = (row: DistilledRow<"rounds">): Round => ({
  round: row.round,
  clients: row.clients,
  makespanMs: row.makespan_ms,
  startSkewMs: row.start_skew_ms,
  latencyMeanMs: row.latency_mean_ms,
  latencyP50Ms: row.latency_p50_ms,
  latencyP90Ms: row.latency_p90_ms,
  latencyP99Ms: row.latency_p99_ms,
  latencyMaxMs: row.latency_max_ms,
  busyJiffies: row.busy_jiffies,
  totalJiffies: row.total_jiffies,
  block: null,
});

const keyOf = ({ run, density, concurrency }: { run: string; density: number; concurrency: number }): string =>
  `${run}/${density}/${concurrency}`;

function readMemory(path: string): readonly MemoryCell[] {
  const cells = groupBy(rowsOf(path, "memory"), row => `${row.run}/${row.memory_mb}/${row.density}`);
  return [...cells.values()].map(rows => {
    const { run, runtime, memory_mb: memoryMb, density } = rows[0]!;
    const components = rows.map(({ component, processes, ...row }) => {
      const sizes = { ussKiB: row.uss_kib, pssKiB: row.pss_kib, rssKiB: row.rss_kib, vssKiB: row.vss_kib };
      return { component, processes, ...sizes };
    });
    return { run, runtime, memoryMb, density, sandboxes: density, components };
  });
}

function readRuns(file: string): readonly RunInfo[] {
  const runs = checkedJson(read(file), distilledRuns);
  if (runs.ok) return runs.value;
  throw distilledError(file, runs.expected, runs.found, runs.cause);
}

function rowsOf<Table extends DistilledTable>(path: string, table: Table): readonly DistilledRow<Table>[] {
  const file = join(path, `${table}.csv`);
  const [head = [], ...lines] = parseCsv(read(file), file);
  const columns = distilledColumns(table);
  const missing = columns.find(column => !head.includes(column));
  const unknown = head.find(column => !columns.includes(column));
  if (missing !== undefined || unknown !== undefined) {
    const found = missing === undefined ? `an unknown column ${unknown}` : `no column ${missing}`;
    throw distilledError(`${file}:1`, `columns ${columns.join(" ")}`, found);
  }
  return lines.map((fields, index) => {
    const row = Object.fromEntries(head.map((column, place) => [column, fields[place]]));
    const result = distilledRows[table].safeParse(row);
    if (result.success) return result.data as unknown as DistilledRow<Table>;
    const { path, expected, found } = mismatches(row, result.error)[0]!;
    throw distilledError(`${file}:${index + 2}`, `${expected} in ${describePath(path)}`, found, result.error);
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw distilledError(file, "a file of the distilled data", "no readable file", error);
  }
}

const distilledError = (where: string, expected: string, found: string, cause?: unknown) =>
  new LabError("RUND_DISTILLED", "input", "", {
    where,
    expected,
    found,
    hint: "`rund-lab data distill <raw folder>` writes these files; `git checkout` restores the committed ones",
    cause,
  });
