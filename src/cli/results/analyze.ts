import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { fitsCsv } from "../../analysis/capacity/index.js";
import { type Dataset, loadDatasets } from "../../analysis/datasets/index.js";
import {
  asOneCampaign,
  differencesBetween,
  memoryByNode,
  type NodeRow,
  nodeClocks,
  nodeMemoryCsv,
  nodesCsv,
  nodeTable,
} from "../../analysis/nodes/index.js";
import { openLoopCells, openLoopText } from "../../analysis/open-loop.js";
import { rateResults, ratesCsv } from "../../analysis/rates/index.js";
import {
  diskCsv,
  diskTable,
  latencyCsv,
  latencyTable,
  readRoundsAndWindows,
  removalTable,
} from "../../analysis/stages/index.js";
import {
  allTables,
  type ImportedTable,
  importedCsv,
  importedTables,
  ioCsv,
  ioTable,
  operationsCsv,
  operationTable,
  type Table,
  tableCsv,
} from "../../analysis/tables/index.js";
import { ProblemList } from "../../logs/index.js";
import { describeClockSkew } from "../../model/clock-skew.js";
import { LabError } from "../../model/errors.js";
import { describeProblem, type Problem } from "../../model/problem.js";
import { type Io, note, print, printJson } from "../terminal/io.js";

export default (io: Io): Command =>
  new Command("analyze")
    .description(
      "Reads run folders, a folder of them, or a campaign, and writes the paper's tables: time.csv, cpu.csv, mem_<id>.csv and density_<id>.csv. For a campaign it also writes percentiles (latency_<experiment>.csv), removal times (removal.csv) and how often rounds waited for a disk (disk.csv). Without --out, the tables go to stdout.",
    )
    .argument("<dir...>", "run folders, folders of them, campaigns, or the names paper_data and ae_data")
    .option("--out <dir>", "where to write the tables")
    .option("--as-one", "analyse one plan that was measured on several machines as one campaign, a folder for each machine")
    .option("--strict", "exit with 1 if the logs have any problem")
    .option("--json", "print tables, runs and problems as one JSON document")
    .action(async (folders: string[], options: { out?: string; asOne?: boolean; strict?: boolean; json?: boolean }) => {
      const loaded = await loadDatasets(folders, io.cwd);
      if (options.asOne === true) for (const line of differencesBetween(loaded)) note(io, line);
      const dataset = merge(options.asOne === true ? asOneCampaign(loaded) : loaded);
      const tables = allTables(dataset);
      const imported = importedTables(dataset);
      for (const line of definitionNotes(dataset)) note(io, line);
      const openLoop = openLoopCells(dataset);
      for (const cell of openLoop.slice(0, 3)) note(io, openLoopText(cell));
      if (openLoop.length > 3)
        note(io, `and ${openLoop.length - 3} more cells without a closed loop; --json lists them`);
      const rates = rateTables(dataset);
      const fits = dataset.fits ?? [];
      const operations = operationTable(dataset.operations ?? []);
      const ioRows = ioTable(dataset);
      const others = imported.length + rates.length + fits.length + operations.length + ioRows.length;
      if (others === 0 && !tables.some(({ rows }) => rows.some(({ values }) => values.some(value => value !== null)))) {
        for (const problem of dataset.problems.slice(0, 10)) note(io, describeProblem(problem));
        throw new LabError("RUND_NO_CELL", "input", "no usable cell", {
          where: folders.join(" "),
          hint:
            dataset.problemCount > 0
              ? "the problems above say what is wrong with the logs"
              : "the runs contain no logs",
        });
      }
      const measured = ({ rows }: Table) => rows.some(({ values }) => values.some(value => value !== null));
      const events = roundsAndWindows(folders, io.cwd);
      const journals = events.flatMap(event => (event.event === "round" ? [event] : []));
      const latencies = latencyTable(journals);
      const removals = removalTable(journals);
      const disk = diskTable(journals);
      const nodes = nodeTable(events);
      const clocks = nodeClocks(events);
      noteNodes(io, nodes);
      for (const { node, aheadMs } of clocks) {
        const skew = describeClockSkew(node, aheadMs);
        if (skew !== null) note(io, skew);
      }
      const nodeMemory = options.asOne === true ? memoryByNode(dataset) : [];
      const files = [
        ...tables
          .filter(table => others === 0 || measured(table))
          .map(table => ({ name: table.name, text: tableCsv(table) })),
        ...imported.map(table => ({ name: table.name, text: importedCsv(table) })),
        ...(["time", "density"] as const).flatMap(experiment => {
          const own = latencies.filter(row => row.experiment === experiment);
          return own.length === 0 ? [] : [{ name: `latency_${experiment}`, text: latencyCsv(own) }];
        }),
        ...(removals.length === 0 ? [] : [{ name: "removal", text: latencyCsv(removals) }]),
        ...(disk.length === 0 ? [] : [{ name: "disk", text: diskCsv(disk) }]),
        ...(nodes.length === 0 ? [] : [{ name: "nodes", text: nodesCsv(nodes, declaredOverheads(dataset)) }]),
        ...(nodeMemory.length === 0 ? [] : [{ name: "memory_nodes", text: nodeMemoryCsv(nodeMemory) }]),
        ...rates.map(({ name, results }) => ({ name, text: ratesCsv(results) })),
        ...(fits.length === 0 ? [] : [{ name: "fit", text: fitsCsv(fits) }]),
        ...(["cgroups", "rootfs"] as const).flatMap(experiment => {
          const own = operations.filter(row => row.experiment === experiment);
          return own.length === 0 ? [] : [{ name: `operations_${experiment}`, text: operationsCsv(own) }];
        }),
        ...(ioRows.length === 0 ? [] : [{ name: "io", text: ioCsv(ioRows) }]),
      ];
      if (options.out !== undefined) writeCsv(files, resolve(io.cwd, options.out));
      const further = {
        openLoop,
        latencies,
        removals,
        disk,
        nodes,
        nodeMemory,
        nodeClocks: clocks,
        arrivals: Object.fromEntries(rates.map(({ runtime, results }) => [runtime, results])),
        fits,
        operations,
        io: ioRows,
      };
      if (options.json === true) printJson(io, { ...document(dataset, tables, imported), ...further });
      else if (options.out === undefined) {
        print(io, files.map(({ name, text }) => `# ${name}.csv\n${text}`).join("\n"));
      } else note(io, `${files.length} tables in ${options.out}`);
      reportProblems(io, dataset, options.json === true);
      if (options.strict === true && dataset.problemCount > 0) {
        throw new LabError("RUND_STRICT", "check", `${count(dataset.problemCount, "problem")} in the logs (--strict)`);
      }
    });

/** Reads the journals of the folders that are campaigns: percentiles, removal times and nodes come from them. */
const roundsAndWindows = (folders: readonly string[], cwd: string) =>
  folders
    .map(folder => resolve(cwd, folder))
    .filter(folder => existsSync(join(folder, "events.ndjson")))
    .flatMap(readRoundsAndWindows);

/** Writes each table as `<name>.csv`. */
export function writeTables(tables: readonly Table[], folder: string): void {
  writeCsv(
    tables.map(table => ({ name: table.name, text: tableCsv(table) })),
    folder,
  );
}

function writeCsv(files: readonly { readonly name: string; readonly text: string }[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of files) writeFileSync(join(folder, `${name}.csv`), text);
}

/** The memory overhead that the RuntimeClass of each run declares. */
const declaredOverheads = ({ runs }: Dataset): ReadonlyMap<string, string> =>
  new Map(
    runs.flatMap(({ run, config: { overheadMemory } }) =>
      typeof overheadMemory === "string" ? [[run, overheadMemory] as const] : [],
    ),
  );

/** Warns of nodes that are slower than the others: a runtime that was measured more often on such a node looks slow. */
function noteNodes(io: Io, rows: readonly NodeRow[]): void {
  for (const { runtime, concurrency, rate, node, ratio, slow } of rows) {
    if (!slow || ratio === null) continue;
    const [low, high] = ratio.interval.map(value => value.toFixed(2));
    const cell =
      concurrency !== null
        ? `at concurrency ${concurrency}`
        : rate !== null
          ? `at ${rate} a second`
          : "under the trace";
    note(
      io,
      `the node ${node} is slow: ${runtime} ${cell} takes ${ratio.value.toFixed(2)} times as long as on the other nodes (${low} to ${high}); leave it out with --nodes, or compare runtimes on one node`,
    );
  }
}

/** Returns what imported results measure, because a reader must know this before reading a number. */
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

/** Returns the results of each runtime at each offered rate. */
function rateTables({ arrivals = [] }: Dataset) {
  const results = rateResults(arrivals, null);
  return [...new Set(results.map(({ runtime }) => runtime))].map(runtime => {
    const own = results.filter(result => result.runtime === runtime);
    return { name: `arrivals_${runtime}`, runtime, results: own };
  });
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

/** Returns the `analyze --json` document: a contract, fields may be added but not renamed. */
function document(dataset: Dataset, tables: readonly Table[], imported: readonly ImportedTable[]) {
  const shape = ({ columns, rows, rowName }: Table) => ({
    columns,
    rows: rows.map(({ row, values }) => ({ [rowName]: rowName === "runtime" ? row : Number(row), values })),
  });
  const single = (name: string) => {
    const found = tables.find(table => table.name === name);
    return found === undefined ? { columns: [], rows: [] } : shape(found);
  };
  const byRuntime = (prefix: string) =>
    Object.fromEntries(
      tables
        .filter(({ name }) => name.startsWith(prefix))
        .map(table => [table.name.slice(prefix.length), shape(table)]),
    );
  return {
    tables: { time: single("time"), cpu: single("cpu"), memory: byRuntime("mem_"), density: byRuntime("density_") },
    ...Object.fromEntries(imported.map(({ name, columns, rows }) => [name, { columns, rows }])),
    runs: dataset.runs,
    problems: dataset.problems satisfies readonly Problem[],
    problemCount: dataset.problemCount,
  };
}

function reportProblems(io: Io, { problems, problemCount }: Dataset, inDocument: boolean): void {
  if (problemCount === 0) return;
  const shown = inDocument ? [] : problems.slice(0, 10);
  for (const problem of shown) note(io, describeProblem(problem));
  const more = problemCount - shown.length;
  note(
    io,
    inDocument || more === 0
      ? count(problemCount, "problem")
      : `${count(problemCount, "problem")}; the first ${shown.length} above, --json lists them`,
  );
}

const count = (n: number, thing: string) => `${n} ${thing}${n === 1 ? "" : "s"}`;
