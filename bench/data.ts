/**
 * Compares reading and analysis with pandas and DuckDB: whole processes, in turn, on the recorded logs and on ten times as many.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifact, type Contender, inTurn, ratio, root } from "./support.js";

const walkAndRead = `
  const fs = require("node:fs");
  let bytes = 0;
  const walk = folder => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const path = folder + "/" + entry.name;
      if (entry.isDirectory()) walk(path);
      else bytes += fs.readFileSync(path).length;
    }
  };
  for (const folder of process.argv.slice(1)) walk(folder);
  console.log(bytes);`;

const analyseAll = `
  const { readRaw } = await import(${JSON.stringify(join(root, "dist/analysis/datasets/read-raw.js"))});
  const { allTables } = await import(${JSON.stringify(join(root, "dist/analysis/tables/tables.js"))});
  let cells = 0;
  for (const folder of process.argv.slice(1)) {
    const { dataset } = readRaw(folder);
    cells += allTables(dataset).flatMap(({ rows }) => rows.flatMap(({ values }) => values)).filter(value => value !== null).length;
  }
  console.log(cells);`;

const duckdb = `
  import { DuckDBInstance } from "@duckdb/node-api";
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll(\`
    with lines as (
      select filename, column1::bigint as started, column2::bigint as ended,
             row_number() over (partition by filename order by column1) as round
      from read_csv('\${process.argv[1]}/time_*/con_*/client*.txt', delim=' ', header=false, filename=true,
                    columns={'column0':'varchar','column1':'bigint','column2':'bigint','column3':'bigint'})
    ), rounds as (
      select regexp_extract(filename, 'time_([^_]+)_', 1) as runtime, regexp_extract(filename, 'con_([0-9]+)', 1) as concurrency, round,
             max(ended) - min(started) as makespan
      from lines group by all
    )
    select runtime, concurrency, avg(makespan) from rounds group by all\`);
  console.log(rows.getRows().length);`;

export default async function (): Promise<void> {
  if (artifact === undefined) {
    console.log("  the artifact's raw logs are missing: run `rund-lab data fetch`");
    return;
  }
  const folders = [join(artifact, "paper_data"), join(artifact, "ae_data")];
  const node = (name: string, script: string, words: readonly string[]): Contender => ({
    name,
    command: ["node", "--input-type=module", "-e", script, ...words],
  });
  const bare: Contender = { name: "bare node: walk and read", command: ["node", "-e", walkAndRead, ...folders] };
  const own = node("all 24,694 logs: tables, quantiles, checks", analyseAll, folders);
  const [floor, ours] = inTurn([bare, own], 9);
  console.log(`  ratio to bare node: ${ratio(ours, floor).toFixed(2)}`);

  const pandas: Contender = {
    name: "pandas, a file at a time",
    command: ["/usr/bin/python3", join(root, "bench/pandas_reference.py"), ...folders],
  };
  if (existsSync("/usr/lib/python3/dist-packages/pandas")) {
    const [ours, theirs] = inTurn([own, pandas], 2);
    console.log(`  pandas takes ${ratio(theirs, ours).toFixed(1)} times as long`);
  } else console.log("  pandas is missing: run environment/setup-debian.sh");

  const cli: Contender = {
    name: "rund-lab analyze paper_data, all tables",
    command: ["node", "dist/cli/main.js", "analyze", folders[0]!],
  };
  const [allTables, timeAlone] = inTurn([cli, node("DuckDB: time.csv alone", duckdb, [folders[0]!])], 5);
  console.log(`  ratio to DuckDB: ${ratio(allTables, timeAlone).toFixed(2)}`);

  inTurn(
    [
      { name: "bare node: nothing", command: ["node", "-e", "0"] },
      { name: "rund-lab --help", command: ["node", "dist/cli/main.js", "--help"] },
    ],
    9,
  );
  const corpus = mkdtempSync(join(tmpdir(), "rund-lab-corpus-"));
  try {
    const copies = Array.from({ length: 10 }, (_, copy) => join(corpus, String(copy)));
    for (const copy of copies)
      for (const [index, folder] of folders.entries()) cpSync(folder, join(copy, String(index)), { recursive: true });
    const ten = copies.flatMap(copy => folders.map((_, index) => join(copy, String(index))));
    const [one, many] = inTurn([node("once", analyseAll, folders), node("ten times as many logs", analyseAll, ten)], 3);
    console.log(`  time grows ${ratio(many, one).toFixed(1)} times`);
  } finally {
    rmSync(corpus, { recursive: true, force: true });
  }
}
