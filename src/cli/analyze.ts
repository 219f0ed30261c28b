import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { type Dataset, loadDatasets } from "../analysis/datasets/index.js";
import { allTables, type Table, tableCsv } from "../analysis/tables/index.js";
import { ProblemList } from "../logs/index.js";
import { LabError } from "../model/errors.js";
import { describeProblem, type Problem } from "../model/problem.js";
import { type Io, note, print, printJson } from "./io.js";

export default (io: Io): Command =>
  new Command("analyze")
    .description(
      "Reads run folders, a folder of them, or a campaign, and writes the paper's tables: time.csv, cpu.csv, mem_<id>.csv and density_<id>.csv. Without --out they go to stdout.",
    )
    .argument("<dir...>", "run folders, folders of them, campaigns, or the names paper_data and ae_data")
    .option("--out <dir>", "where to write the tables")
    .option("--strict", "any problem in the logs is a failure (exit 1)")
    .option("--json", "tables, runs and problems as one JSON document")
    .action(async (folders: string[], options: { out?: string; strict?: boolean; json?: boolean }) => {
      const dataset = merge(await loadDatasets(folders, io.cwd));
      const tables = allTables(dataset);
      if (!tables.some(({ rows }) => rows.some(({ values }) => values.some(value => value !== null)))) {
        for (const problem of dataset.problems.slice(0, 10)) note(io, describeProblem(problem));
        throw new LabError("RUND_NO_CELL", "input", "no usable cell", {
          where: folders.join(" "),
          hint:
            dataset.problemCount > 0 ? "the problems above say what is wrong with the logs" : "the runs hold no logs",
        });
      }
      if (options.out !== undefined) writeTables(tables, resolve(io.cwd, options.out));
      if (options.json === true) printJson(io, document(dataset, tables));
      else if (options.out === undefined) {
        print(io, tables.map(table => `# ${table.name}.csv\n${tableCsv(table)}`).join("\n"));
      } else note(io, `${tables.length} tables in ${options.out}`);
      reportProblems(io, dataset, options.json === true);
      if (options.strict === true && dataset.problemCount > 0) {
        throw new LabError("RUND_STRICT", "check", `${count(dataset.problemCount, "problem")} in the logs (--strict)`);
      }
    });

/** Writes each table as `<name>.csv`. */
export function writeTables(tables: readonly Table[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const table of tables) writeFileSync(join(folder, `${table.name}.csv`), tableCsv(table));
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
    published: datasets.flatMap(({ published }) => published),
    problems: datasets.flatMap(({ problems }) => problems).slice(0, ProblemList.kept),
    problemCount: datasets.reduce((total, { problemCount }) => total + problemCount, 0),
  };
}

/** The `analyze --json` document: a contract, fields may be added but not renamed. */
function document(dataset: Dataset, tables: readonly Table[]) {
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
