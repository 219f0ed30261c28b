import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { type Dataset, loadDatasets } from "../../analysis/datasets/index.js";
import { asOneCampaign, differencesBetween, type NodeRow } from "../../analysis/nodes/index.js";
import { openLoopCells, openLoopText } from "../../analysis/open-loop.js";
import { readRoundsAndWindows } from "../../analysis/stages/index.js";
import {
  allTables,
  type ImportedTable,
  importedCsv,
  importedTables,
  type Table,
  tableCsv,
} from "../../analysis/tables/index.js";
import { ProblemList } from "../../logs/index.js";
import { describeClockSkew } from "../../model/clock-skew.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { type Io, note, noteProblems, print, printJson } from "../terminal/io.js";
import { type CsvFile, furtherTables } from "./further-tables.js";

export default (io: Io): Command =>
  new Command("analyze")
    .description(
      "Reads run folders (each has one runtime's logs), a folder of them, or a campaign, and writes the paper's tables: time.csv, cpu.csv, mem_<id>.csv and density_<id>.csv. For a campaign it also writes percentiles (latency_<experiment>.csv), removal times (removal.csv) and the rounds that waited for a disk (disk.csv). Without --out, the tables go to stdout.",
    )
    .argument("<dir...>", "run folders, folders of them, campaigns, or the names paper_data and ae_data")
    .option("--out <dir>", "where to write the tables")
    .option(
      "--as-one",
      "treat the folders as one campaign whose plan was measured on several machines, one folder per machine",
    )
    .option("--strict", "exit with 1 if the logs have any problem")
    .option("--json", "print tables, runs and problems as one JSON document")
    .action(async (folders: string[], options: { out?: string; asOne?: boolean; strict?: boolean; json?: boolean }) => {
      const { out, asOne = false, strict, json = false } = options;
      const loaded = await loadDatasets(folders, io.cwd);
      if (asOne) for (const line of differencesBetween(loaded)) note(io, line);
      const dataset = merge(asOne ? asOneCampaign(loaded) : loaded);
      for (const line of definitionNotes(dataset)) note(io, line);
      const openLoop = openLoopCells(dataset);
      for (const cell of openLoop.slice(0, 3)) note(io, openLoopText(cell));
      if (openLoop.length > 3) {
        note(io, `and ${counted(openLoop.length - 3, "more cell")} without a closed loop; --json lists them`);
      }
      const tables = allTables(dataset);
      const measured = tables.filter(({ rows }) => rows.some(({ values }) => values.some(value => value !== null)));
      const imported = importedTables(dataset);
      const further = furtherTables(dataset, roundsAndWindows(folders, io.cwd), asOne);
      const { arrivals, fits, operations, io: jobs } = further.tables;
      const others = [imported, Object.keys(arrivals), fits, operations, jobs].some(own => own.length > 0);
      if (!others && measured.length === 0) {
        noteProblems(io, dataset.problems);
        throw new LabError("RUND_NO_CELL", "input", "no usable cell", {
          where: folders.join(" "),
          hint:
            dataset.problemCount > 0
              ? "the problems above say what is wrong with the logs"
              : "the runs contain no logs",
        });
      }
      noteNodes(io, further.tables.nodes);
      for (const { node, aheadMs } of further.tables.nodeClocks) {
        const skew = describeClockSkew(node, aheadMs);
        if (skew !== null) note(io, skew);
      }
      const files = [
        ...(others ? measured : tables).map(csvFile),
        ...imported.map(table => ({ name: table.name, text: importedCsv(table) })),
        ...further.files,
      ];
      if (out !== undefined) writeCsv(files, resolve(io.cwd, out));
      if (json) printJson(io, { ...document(dataset, tables, imported), openLoop, ...further.tables });
      else if (out === undefined) print(io, files.map(({ name, text }) => `# ${name}.csv\n${text}`).join("\n"));
      else note(io, `${counted(files.length, "table")} in ${out}`);
      noteAllProblems(io, dataset, json);
      if (strict === true && dataset.problemCount > 0) {
        throw new LabError("RUND_STRICT", "check", `${problemsOf(dataset)} in the logs (--strict)`);
      }
    });

/** Reads the journals of those folders that are campaigns, from which percentiles, removal times and nodes come. */
const roundsAndWindows = (folders: readonly string[], cwd: string) =>
  folders
    .map(folder => resolve(cwd, folder))
    .filter(folder => existsSync(join(folder, "events.ndjson")))
    .flatMap(readRoundsAndWindows);

/** Returns one of the paper's tables as a file. */
export const csvFile = (table: Table): CsvFile => ({ name: table.name, text: tableCsv(table) });

/** Writes each file as `<name>.csv`. */
export function writeCsv(files: readonly CsvFile[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, `${name}.csv`), text);
}

/** Warns about nodes that are slower than the others: a runtime that was measured more often on such a node looks slow. */
function noteNodes(io: Io, rows: readonly NodeRow[]): void {
  for (const { runtime, concurrency, rate, node, ratio, slow } of rows) {
    if (!slow || ratio === null) continue;
    const [low, high] = ratio.interval.map(value => value.toFixed(2));
    const cell =
      concurrency !== null ? `at concurrency ${concurrency}` : rate !== null ? `at ${rate} a second` : "in the trace";
    note(
      io,
      `the node ${node} is slow: ${runtime} ${cell} takes ${ratio.value.toFixed(2)} times as long as on the other nodes (${low} to ${high}); leave it out with --nodes, or compare runtimes on one node`,
    );
  }
}

/** Returns the definitions of imported results: start, end and resolution of what each tool measured, and what its results lack. */
function definitionNotes({ runs }: Dataset): readonly string[] {
  const found = runs.flatMap(({ definition }) => definition ?? []);
  const lines = found.map(({ tool, from, to, resolution, lacks, note }) =>
    [
      `${tool} counts from ${from} to ${to}`,
      ...(resolution === null ? [] : [`in steps of ${resolution} ${/memory/.test(tool) ? "KiB" : "ms"}`]),
      ...(note === null ? [] : [note]),
      `its results lack: ${lacks.join(", ")}`,
    ].join("; "),
  );
  return [...new Set(lines)];
}

function merge(datasets: readonly Dataset[]): Dataset {
  const [first] = datasets;
  if (first !== undefined && datasets.length === 1) return first;
  return {
    name: datasets.map(({ name }) => name).join(", "),
    path: datasets.map(({ path }) => path).join(", "),
    source: "raw",
    runs: datasets.flatMap(({ runs }) => runs),
    starts: datasets.flatMap(({ starts }) => starts),
    memory: datasets.flatMap(({ memory }) => memory),
    rates: datasets.flatMap(({ rates }) => rates ?? []),
    arrivals: datasets.flatMap(({ arrivals }) => arrivals ?? []),
    fits: datasets.flatMap(({ fits }) => fits ?? []),
    operations: datasets.flatMap(({ operations }) => operations ?? []),
    io: datasets.flatMap(({ io }) => io ?? []),
    published: datasets.flatMap(({ published }) => published),
    problems: datasets.flatMap(({ problems }) => problems).slice(0, ProblemList.kept),
    problemCount: datasets.reduce((total, { problemCount }) => total + problemCount, 0),
  };
}

/** Returns the `analyze --json` document without the further tables: a contract, fields may be added but not renamed. */
function document(
  { runs, problems, problemCount }: Dataset,
  all: readonly Table[],
  imported: readonly ImportedTable[],
) {
  /** The tables whose names begin with a prefix, by the rest of their names. */
  const named = (prefix: string) =>
    Object.fromEntries(
      all.flatMap(({ name, columns, rows, rowName }) => {
        if (!name.startsWith(prefix)) return [];
        const label = (row: string) => (rowName === "runtime" ? row : Number(row));
        const labelled = rows.map(({ row, values }) => ({ [rowName]: label(row), values }));
        return [[name.slice(prefix.length), { columns, rows: labelled }] as const];
      }),
    );
  const none = { columns: [], rows: [] };
  const [time, cpu] = [named("time")[""] ?? none, named("cpu")[""] ?? none];
  return {
    tables: { time, cpu, memory: named("mem_"), density: named("density_") },
    ...Object.fromEntries(imported.map(({ name, columns, rows }) => [name, { columns, rows }])),
    runs,
    problems,
    problemCount,
  };
}

function noteAllProblems(io: Io, dataset: Dataset, inDocument: boolean): void {
  if (dataset.problemCount === 0) return;
  if (!inDocument) noteProblems(io, dataset.problems);
  const more = !inDocument && dataset.problemCount > 10;
  note(io, `${problemsOf(dataset)}${more ? "; the first 10 above, --json lists them" : ""}`);
}

const problemsOf = ({ problemCount }: Dataset) => counted(problemCount, "problem");
