import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset, ownDatasets } from "../../../src/analysis/datasets/index.js";
import {
  allTables,
  compareWithPublished,
  cpuTable,
  densityTables,
  formatCell,
  memoryTables,
  tableCsv,
  timeTable,
} from "../../../src/analysis/tables/index.js";
import { LabError } from "../../../src/model/errors.js";
import { artifact, needs, suiteNeeding } from "../../support/needs.js";
import { cellFiles, smallRun } from "../../support/run-folder.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("tables");

const load = (files: Readonly<Record<string, string>>) =>
  inTempFolder(folder => {
    writeFiles(folder, files);
    return loadDataset(folder);
  });

test("the time table is the mean makespan, the cpu table busy time per sandbox", async () => {
  const dataset = await load(smallRun());
  // con_003: makespans max(100, 104 + 1, 99 + 2) = 105 and max(110, 113, 122) = 122; cpu (100 + 101) / 2 × 10 / 3
  assert.equal(timeTable(dataset).rows, [{ row: "rund", values: [85, 113.5] }]);
  assert.equal(cpuTable(dataset).rows, [{ row: "rund", values: [1005, 335] }]);
});

test("a round with a missing line is left out, not averaged over fewer clients", async () => {
  const files = smallRun();
  const log = "time_rund_01020304/con_003/client003.txt";
  files[log] = files[log]!.replace(/ 120\n$/, "\n");
  const dataset = await load(files);
  assert.equal(timeTable(dataset).rows[0]?.values, [85, 105]);
  assert.is(dataset.starts.find(({ concurrency }) => concurrency === 3)?.partial, 1);
  assert.is(dataset.problemCount, 1);
});

test("a cell without a complete round is empty, with a problem that says so", async () => {
  const files = smallRun();
  delete files["time_rund_01020304/con_003/client003.txt"];
  const dataset = await load(files);
  assert.equal(timeTable(dataset).rows[0]?.values, [85, null]);
  assert.ok(dataset.problems.some(({ code, file }) => code === "RUND_CELL_EMPTY" && file.endsWith("con_003")));
});

test("memory is the sum of PSS divided by the sandboxes, and empty if a line cannot be read", async () => {
  const head = "Name USS PSS RSS VSS\n";
  const dataset = await load({
    "mem_runsc_01020304/result_128MB_0002.txt": `${head}sandbox 1 8000 9000 9000\ngofer 1 6001 9000 9000\n`,
    "mem_runsc_01020304/result_128MB_0010.txt": `${head}sandbox 1 8000 9000\n`,
  });
  assert.equal(memoryTables(dataset), [
    { name: "mem_runsc", rowName: "memory", columns: [2, 10], rows: [{ row: "128", values: [7000.5, null] }] },
  ]);
});

test("the folders determine the grid, and unknown runtimes come last", async () => {
  const dataset = await load({
    ...cellFiles("time_zeta_01020304/con_007", [Array(7).fill(5)]),
    ...cellFiles("time_rund_01020304/con_002", [[5, 5]]),
    ...cellFiles("density_zeta_01020304/density_0033/con_002", [[7, 7]]),
  });
  assert.equal(timeTable(dataset).columns, [2, 7]);
  assert.equal(
    timeTable(dataset).rows.map(({ row, values }) => [row, ...values]),
    [
      ["rund", 6, null],
      ["zeta", null, 11],
    ],
  );
  assert.equal(densityTables(dataset).map(tableCsv), ["density,2\n33,8.0\n"]);
});

test("two runs of one runtime in one table are an error that names both", async () => {
  const dataset = await load({ ...smallRun(), ...cellFiles("time_rund_01020305/con_001", [[1]]) });
  assert.throws(
    () => timeTable(dataset),
    (error: unknown) =>
      error instanceof LabError &&
      error.exitCode === 4 &&
      /time_rund_01020304 and time_rund_01020305/.test(error.message),
  );
});

test("numbers are written as pandas prints them", () => {
  assert.equal([310.84, 58459, 198.26333333333332, null].map(formatCell), [
    "310.84",
    "58459.0",
    "198.26333333333332",
    "",
  ]);
});

test("all 356 published cells are recomputed from the committed distilled data as the same float64", async () => {
  let cells = 0;
  for (const name of ownDatasets) {
    const dataset = await loadDataset(name);
    const { matched, mismatched, missing, cells: own } = compareWithPublished(dataset, dataset.published);
    assert.equal({ mismatched, missing }, { mismatched: [], missing: [] });
    assert.is(matched, own);
    cells += own;
  }
  assert.is(cells, 356);
});

test("a few published numbers, copied by hand from the artifact's tables", async () => {
  const paper = await loadDataset("paper_data");
  const ae = await loadDataset("ae_data");
  const cell = (tables: ReturnType<typeof allTables>, name: string, row: string, column: number) => {
    const table = tables.find(table => table.name === name);
    return table?.rows.find(each => each.row === row)?.values[table.columns.indexOf(column)];
  };
  assert.is(cell(allTables(paper), "time", "katafc", 400), 86255.28);
  assert.is(cell(allTables(paper), "mem_kata", "4096", 1000), 223338.616);
  assert.is(cell(allTables(paper), "density_katafc", "2000", 100), 369388.9);
  assert.is(cell(allTables(ae), "cpu", "rund", 300), 198.26333333333332);
  assert.is(cell(allTables(ae), "mem_rund", "128", 1), 58459);
});

test.run();

const recorded = suiteNeeding("tables from the raw logs", needs.artifact);

recorded(
  "all 356 published cells come out as the same float64, written as the published files write them",
  async () => {
    let cells = 0;
    for (const name of ownDatasets) {
      const folder = join(artifact!, name);
      const dataset = await loadDataset(folder);
      assert.is(dataset.problemCount, 0);
      const { matched, cells: own } = compareWithPublished(dataset, dataset.published);
      assert.is(matched, own);
      cells += own;
      for (const table of allTables(dataset)) {
        const written = new Map(csvCells(tableCsv(table)));
        // paper_data's cpu.csv was not published
        if (name === "paper_data" && table.name === "cpu") continue;
        for (const [place, text] of csvCells(readFileSync(join(folder, "result", `${table.name}.csv`), "utf8"))) {
          if (text !== "") assert.is(written.get(place), text, `${table.name} ${place}`);
        }
      }
    }
    assert.is(cells, 356);
  },
);

function csvCells(text: string): (readonly [string, string])[] {
  const [head = [], ...rows] = text
    .trim()
    .split("\n")
    .map(line => line.split(","));
  return rows.flatMap(([row, ...values]) =>
    values.map((value, index) => [`${row}/${head[index + 1]}`, value] as const),
  );
}

recorded.run();
