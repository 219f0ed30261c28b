import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { execaSync } from "execa";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset, recordedCampaign } from "../../src/analysis/datasets/index.js";
import { allTables } from "../../src/analysis/tables/index.js";
import { exportParquet } from "../../src/campaign-files/parquet/export.js";
import { LabError } from "../../src/model/errors.js";
import { projectRoot, suiteNeeding } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("campaigns as Parquet");
const page = readFileSync(join(projectRoot, "docs/parquet.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)![1]!;
const at = (text: string, lake: string) => text.replaceAll("results/lake", lake);

async function query(sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRows().map(row => row.map(value => (typeof value === "bigint" ? Number(value) : value)));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The non-empty cells of analyze's time table: runtime, concurrency, makespan. */
async function analyzed(folder: string) {
  const table = allTables(await loadDataset(folder)).find(({ name }) => name === "time")!;
  return table.rows
    .flatMap(({ row, values }) =>
      values.flatMap((value, index) => (value === null ? [] : [[row, Number(table.columns[index]), value] as const])),
    )
    .sort(([a, m], [b, n]) => (a < b ? -1 : a > b ? 1 : m - n));
}

test("the documented DuckDB query gives the time table of analyze", () =>
  inTempFolder(async folder => {
    const lake = join(folder, "lake");
    await exportParquet([recordedCampaign], lake);
    const rows = await query(at(block("sql"), lake));
    const expected = await analyzed(recordedCampaign);
    assert.ok(rows.length > 3);
    assert.equal(
      rows.map(([runtime, concurrency]) => [runtime, concurrency]),
      expected.map(([runtime, concurrency]) => [runtime, concurrency]),
    );
    for (const [index, [, , value]] of rows.entries()) {
      assert.ok(Math.abs(Number(value) - expected[index]![2]) < 1e-9, `${value} against ${expected[index]![2]}`);
    }
  }));

test("every cold start of the journal is a row, with the numbers of samples.csv", () =>
  inTempFolder(async folder => {
    const lake = join(folder, "lake");
    const { samples } = await exportParquet([recordedCampaign], lake);
    const csv = join(recordedCampaign, "samples.csv");
    const both = await query(`
      WITH p AS (SELECT run, density, concurrency, warmup, round, client, start_ms, latency_ms
        FROM read_parquet('${lake}/samples/*/*/*.parquet', hive_partitioning = true)),
      c AS (SELECT run, density, concurrency, warmup = 1 AS warmup, round, client, start_ms, latency_ms FROM read_csv('${csv}'))
      SELECT count(*), sum(CASE WHEN abs(p.latency_ms - c.latency_ms) < 0.0011 AND abs(p.start_ms - c.start_ms) < 0.0011 THEN 1 ELSE 0 END)
      FROM p JOIN c USING (run, density, concurrency, warmup, round, client)`);
    const lines = readFileSync(csv, "utf8").trimEnd().split("\n").length - 1;
    assert.is(samples, lines);
    assert.equal(both, [[lines, lines]]);
  }));

test("a path that ends in .parquet becomes one file with campaign and runtime as columns", () =>
  inTempFolder(async folder => {
    const file = join(folder, "all.parquet");
    const { samples } = await exportParquet([recordedCampaign], file);
    const [[rows, runtimes]] = (await query(`SELECT count(*), count(DISTINCT runtime) FROM '${file}'`)) as [number[]];
    assert.is(rows, samples);
    assert.is(runtimes, 3);
    assert.equal(readdirSync(folder), ["all.parquet"]);
  }));

test("a folder that is not a campaign is refused, and an earlier export is kept", () =>
  inTempFolder(async folder => {
    const lake = join(folder, "lake");
    await exportParquet([recordedCampaign], lake);
    const before = readdirSync(lake, { recursive: true }).sort();
    mkdirSync(join(folder, "other"));
    writeFileSync(join(folder, "other", "run.json"), "{}");
    try {
      await exportParquet([recordedCampaign, join(folder, "other")], lake);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, LabError);
      assert.is((error as LabError).code, "RUND_EXPORT_INPUT");
    }
    assert.equal(readdirSync(lake, { recursive: true }).sort(), before);
    assert.equal(readdirSync(folder).sort(), ["lake", "other"]);
  }));

test.run();

const hasSpark = execaSync("python3", ["-c", "import pyspark"], { reject: false }).exitCode === 0;
const spark = suiteNeeding("campaigns as Parquet, by Spark", { name: "pyspark", here: hasSpark, optional: true });

spark("the documented PySpark query gives the time table of analyze", () =>
  inTempFolder(async folder => {
    const lake = join(folder, "lake");
    await exportParquet([recordedCampaign], lake);
    const script = at(block("python"), lake).replace("table.show()", "print(table.toPandas().to_csv(index=False))");
    const { stdout } = execaSync("python3", ["-c", script]);
    const rows = stdout.trim().split("\n").slice(1);
    assert.equal(
      rows.map(row => Number(row.split(",")[2])),
      (await analyzed(recordedCampaign)).map(([, , value]) => value),
    );
  }),
);

spark.run();
