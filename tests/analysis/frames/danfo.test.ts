import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { danfo } from "../../../src/analysis/frames/danfo.js";
import { frame, pivot } from "../../../src/analysis/frames/index.js";
import type { LabError } from "../../../src/model/errors.js";

// expected values are what pandas 2 gives for the same frames
const test = suite("danfo, repaired");

test("the mean of a group skips missing values; a group of only missing values has no mean", async () => {
  const own = await frame([
    { runtime: "a", ms: 1 },
    { runtime: "a", ms: null },
    { runtime: "a", ms: 3 },
    { runtime: "b", ms: null },
  ]);
  const groups = own.groupby(["runtime"]).col(["ms"]);
  assert.equal(groups.mean().values, [
    ["a", 2],
    ["b", Number.NaN],
  ]);
  assert.equal(groups.count().values, [
    ["a", 2],
    ["b", 0],
  ]);
  assert.equal(groups.max().values, [
    ["a", 3],
    ["b", Number.NaN],
  ]);
});

test("keys that join to one text remain two groups, for any key", async () => {
  const own = await frame([
    { dataset: "a-b", claim: "c", n: 1 },
    { dataset: "a", claim: "b-c", n: 2 },
    { dataset: "constructor", claim: "__proto__", n: 3 },
  ]);
  const sums = own.groupby(["dataset", "claim"]).col(["n"]).sum();
  assert.equal(sums.values, own.values);
  assert.equal(own.groupby(["dataset"]).getGroup(["a"]).values, [["a", "b-c", 2]]);
});

test("groups come in order of appearance, numbers too", async () => {
  const own = await frame([20, 3, 100, 3].map(density => ({ density, ms: 1 })));
  assert.equal(own.groupby(["density"]).col(["ms"]).sum().values, [
    [20, 1],
    [3, 2],
    [100, 1],
  ]);
});

test("a frame without rows groups, aggregates and pivots to one without rows", async () => {
  const { DataFrame } = await danfo();
  const own = new DataFrame([], { columns: ["runtime", "n", "ms"], dtypes: ["string", "int32", "float32"] });
  const means = own.query(own["runtime"].eq("rund")).groupby(["runtime", "n"]).col(["ms"]).mean();
  assert.equal(
    [means.shape, means.columns],
    [
      [0, 3],
      ["runtime", "n", "ms_mean"],
    ],
  );
  assert.equal(own.groupby(["runtime"]).agg({ ms: ["min", "max"] }).columns, ["runtime", "ms_min", "ms_max"]);
  const table = await pivot(means, { index: "runtime", columns: "n", values: "ms_mean" });
  assert.equal([table.shape, table.columns], [[0, 1], ["runtime"]]);
});

test("a filtered frame can be filtered again, and its rows keep their labels", async () => {
  const own = await frame([1, 2, 3, 4, 5, 6].map(n => ({ n, even: n % 2 === 0 })));
  const even = own.query(own["even"]);
  const large = even.query(even["n"].gt(2));
  assert.equal(
    [large["n"].values, large.index],
    [
      [4, 6],
      [3, 5],
    ],
  );
  assert.equal(large.query(large["n"].gt(9)).shape, [0, 2]);
  even.query(even["n"].gt(2).and(even["n"].lt(6)), { inplace: true });
  assert.equal(even.values, [[4, true]]);
  assert.throws(() => own.query([true]), /expected 6 booleans, one per row, found 1/);
});

test("sortValues is stable, sorts both ways, and puts missing values last", async () => {
  const own = await frame([2, null, 10, 2, 1].map((ms, row) => ({ row, ms })));
  const rows = (sorted: typeof own) => sorted.values.map(row => (row as number[])[0]);
  assert.equal(rows(own.sortValues("ms")), [4, 0, 3, 2, 1]);
  assert.equal(own.sortValues("ms").index, [4, 0, 3, 2, 1]);
  assert.equal(rows(own.sortValues("ms", { ascending: false })), [2, 0, 3, 4, 1]);
  own.sortValues("ms", { inplace: true });
  assert.equal(rows(own), [4, 0, 3, 2, 1]);
  assert.throws(() => own.sortValues("no"), /expected one of the columns row, ms, found no/);
});

test("a frame of 200,000 rows sorts in seconds; danfo's own way takes quadratic time", async () => {
  const own = await frame(Array.from({ length: 200_000 }, (_, row) => ({ ms: (row * 7919) % 200_003 })));
  const before = process.cpuUsage();
  const sorted = own.sortValues("ms");
  // CPU time, because the clock also counts other programs on a busy machine
  assert.ok(process.cpuUsage(before).user < 5_000_000);
  assert.is(
    sorted.values.every((row, at) => at === 0 || (row as number[])[0]! >= (sorted.values[at - 1] as number[])[0]!),
    true,
  );
});

test("pivot gives a row per index, columns in numeric order, and empty cells", async () => {
  const tidy = await frame([
    { runtime: "rund", density: 0, n: 100, ms: 475 },
    { runtime: "rund", density: 0, n: 1, ms: 84 },
    { runtime: "kata", density: 0, n: 20, ms: 1084 },
  ]);
  const table = await pivot(tidy, { index: ["runtime", "density"], columns: "n", values: "ms" });
  assert.equal(table.columns, ["runtime", "density", "1", "20", "100"]);
  assert.equal(table.values, [
    ["rund", 0, 84, Number.NaN, 475],
    ["kata", 0, Number.NaN, 1084, Number.NaN],
  ]);
});

test("pivot refuses two rows for one cell, and names a column that is missing", async () => {
  const twice = await frame([
    { runtime: "rund", n: 1, ms: 1 },
    { runtime: "rund", n: 1, ms: 2 },
  ]);
  const fails = async (columns: string, pattern: RegExp) => {
    try {
      await pivot(twice, { index: "runtime", columns, values: "ms" });
      assert.unreachable();
    } catch (error) {
      assert.is((error as LabError).code, "RUND_PIVOT");
      assert.match((error as LabError).message, pattern);
    }
  };
  await fails("n", /expected one row for each runtime, n, found two rows for rund, 1/);
  await fails("concurrency", /expected one of the columns runtime, n, ms, found concurrency/);
});

test("Node displays a short frame whole, a long one by head, tail and size", async () => {
  const short = await frame([
    { runtime: "kata", ms: 84.5 },
    { runtime: "rund", ms: null },
  ]);
  assert.is(inspect(short), ["runtime    ms", "kata     84.5", "rund"].join("\n"));
  assert.is(inspect(short.head(1)), ["runtime    ms", "kata     84.5"].join("\n"));
  assert.is(inspect(short["runtime"]), ["runtime", "kata", "rund"].join("\n"));
  const long = await frame(Array.from({ length: 4000 }, (_, row) => ({ row, ms: row / 2 })));
  const lines = inspect(long).split("\n");
  assert.is(lines.length, 13);
  assert.equal(
    [lines[1], lines[6], lines[11], lines[12]],
    ["   0     0.0", "   …       …", "3999  1999.5", "4000 rows × 2 columns"],
  );
});

test.run();
