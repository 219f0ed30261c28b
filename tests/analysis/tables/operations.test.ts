import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { OperationCell } from "../../../src/analysis/datasets/dataset.js";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { operationsCsv, operationTable } from "../../../src/analysis/tables/operations.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("the table of operations");

/** Two rounds of two containers, with a window before the second. */
const cell: OperationCell = {
  run: "cgroups_v1_01010000",
  experiment: "cgroups",
  variant: "v1",
  density: 0,
  concurrency: 2,
  count: 2,
  rounds: [
    {
      round: 1,
      block: 1,
      idleBusy: null,
      phases: [{ phase: "make", operation: "mkdir", totalMs: 2.5, us: [1000, 2000] }],
    },
    {
      round: 2,
      block: 2,
      idleBusy: 0.02,
      phases: [{ phase: "make", operation: "mkdir", totalMs: 4.5, us: [4000, 3000] }],
    },
  ],
};

test("percentiles are of single containers over all rounds, the total is a mean over rounds", () => {
  const [row] = operationTable([cell]);
  // of 1, 2, 3 and 4 ms by linear interpolation: 1 + 3 p
  assert.equal(
    [row!.p50Ms, row!.p95Ms, row!.p99Ms, row!.maxMs].map(value => value.toFixed(3)),
    ["2.500", "3.850", "3.970", "4.000"],
  );
  assert.equal([row!.rounds, row!.totalMs, row!.interval, row!.idleBusy], [2, 3.5, null, 0.02]);
});

test("the CSV has a row for each phase, and empty fields for a missing interval", () => {
  assert.is(
    operationsCsv(operationTable([cell])),
    "run,variant,density,concurrency,count,phase,operation,rounds,p50_ms,p95_ms,p99_ms,max_ms,total_ms,total_low_ms,total_high_ms,idle_busy\n" +
      "cgroups_v1_01010000,v1,0,2,2,make,mkdir,2,2.500,3.850,3.970,4.000,3.500,,,0.0200\n",
  );
});

for (const name of ["cgroups", "rootfs"]) {
  test(`raw/${name}: the median and the maximum of every cell are those of its plain log`, async () => {
    const { operations = [], runs } = await loadDataset(join(projectRoot, "raw", name));
    const rows = operationTable(operations);
    assert.is(new Set(rows.map(({ run }) => run)).size, runs.length);
    for (const { run, density, concurrency, phase, count, rounds, p50Ms, maxMs } of rows) {
      const three = String(concurrency).padStart(3, "0");
      const place =
        name === "rootfs" ? `con_${three}` : `existing_${String(density).padStart(5, "0")}/threads_${three}`;
      const log = readFileSync(join(projectRoot, "raw", name, run, place, `${phase}.txt`), "utf8");
      const us = log
        .trim()
        .split(/\s+/)
        .map(Number)
        .sort((a, b) => a - b);
      assert.is(us.length, count * rounds);
      const middle = (us[Math.floor((us.length - 1) / 2)]! + us[Math.ceil((us.length - 1) / 2)]!) / 2;
      assert.ok(Math.abs(p50Ms - middle / 1000) < 1e-9, `${run} ${place} ${phase}`);
      assert.ok(Math.abs(maxMs - us.at(-1)! / 1000) < 1e-9, `${run} ${place} ${phase}`);
    }
  });
}

test.run();
