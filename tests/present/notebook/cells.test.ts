import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pivot, roundsFrame } from "../../../src/analysis/frames/index.js";
import { timeTable } from "../../../src/analysis/tables/index.js";
import { LabError } from "../../../src/model/errors.js";
import { fig10 } from "../../../src/present/figures/index.js";
import { checkTable } from "../../../src/present/notebook/check-table.js";
import { displaySinkKey, type MimeBundle } from "../../../src/present/notebook/display.js";
import { check, checkDatasets, done } from "../../../src/present/notebook/done.js";
import { show, showInteractive } from "../../../src/present/notebook/show.js";
import { table, tableBundle } from "../../../src/present/notebook/table.js";
import { dataset, startCell } from "../figures/dataset.js";

const test = suite("what a cell calls");

let shown: MimeBundle[] = [];
const globals = globalThis as unknown as Record<symbol, unknown>;

test.before(() => {
  globals[displaySinkKey] = { display: (data: MimeBundle) => shown.push(data), update() {}, clear() {} };
});
test.before.each(() => {
  shown = [];
});
test.after(() => {
  delete globals[displaySinkKey];
});

const text = (bundle: MimeBundle | undefined) => String(bundle?.["text/plain"]);
const data = dataset("mine", { starts: [startCell("rund", 1, [100, 120]), startCell("rund", 10, [200, 220])] });

test("show gives one bundle: the interactive figure, a picture, and the finding in words", async () => {
  const figure = fig10([data]);
  await show(figure);
  assert.is(shown.length, 1);
  const [bundle] = shown;
  assert.equal(Object.keys(bundle!), ["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
  assert.equal(bundle!["application/vnd.plotly.v1+json"], { data: figure.plot.data, layout: figure.plot.layout });
  assert.is(Buffer.from(String(bundle!["image/png"]), "base64").toString("latin1", 1, 4), "PNG");
  assert.match(text(bundle), "RunD's makespan is 110 ms at concurrency 1 and 210 ms at concurrency 10.");
});

test("showInteractive displays Plotly's script each time, with a picture, and no text from the data can end the script", async () => {
  const evil = "</script><img src=x onerror=alert(1)>";
  const figure = fig10([dataset(evil, { starts: [startCell(evil, 1, [100, 120])] })]);
  await showInteractive(figure);
  await showInteractive(figure);
  const [first, second] = shown.map(bundle => String(bundle["text/html"]));
  assert.equal(Object.keys(shown[0]!), ["text/html", "image/png", "text/plain"]);
  for (const html of [first!, second!]) {
    assert.match(html, "DecompressionStream");
    assert.is(html.split("</script>").length, 2);
    assert.not.match(html, "<img");
    assert.not.match(html, /(?:src|href)="?https?:/);
  }
});

test("the numbers of a column have the same number of decimals, so that the smallest has four significant digits", () => {
  const plain = tableBundle([
    { runtime: "kata", "200": 6854.94, few: 0.5, n: 50 },
    { runtime: "a long name", "200": 84.22, few: null, n: 7 },
  ])["text/plain"];
  // a whole number as a key comes first in any JavaScript object
  assert.is(
    plain,
    ["    200  runtime      few   n", "6854.94  kata         0.5  50", "  84.22  a long name        7"].join("\n"),
  );
});

test("a table of the paper's shape and a danfo frame keep their columns' order", async () => {
  const { columns, rows, rowName, name } = timeTable(data);
  const wanted = ["runtime    1   10", "rund     110  210"].join("\n");
  assert.is(tableBundle({ columns, rows, rowName, name })["text/plain"], wanted);
  const means = (await roundsFrame([data])).groupby(["runtime", "concurrency"]).col(["makespan_ms"]).mean();
  const frame = await pivot(means, { index: "runtime", columns: "concurrency", values: "makespan_ms_mean" });
  assert.is(tableBundle(frame)["text/plain"], wanted);
});

test("checkTable compares a computed table with the published one, or with rund-lab's if none was published", async () => {
  const published = [
    { table: "time", row: "rund", column: "1", value: 110 },
    { table: "time", row: "rund", column: "10", value: 210 },
  ];
  const own = { ...data, published };
  const means = (await roundsFrame([own])).groupby(["dataset", "runtime", "concurrency"]).col(["makespan_ms"]).mean();
  const frame = await pivot(means, {
    index: ["dataset", "runtime"],
    columns: "concurrency",
    values: "makespan_ms_mean",
  });
  checkTable(frame, [own], "time");
  checkTable(frame, [data], "time");
  checkTable(frame, [data], "memory");
  checkTable(frame, [{ ...data, published: [{ ...published[0]!, value: 110 * (1 + 5e-13) }] }], "time");
  done();
  checkTable(frame, [{ ...data, published: [...published, { ...published[0]!, column: "20" }] }], "time");
  assert.equal(shown.map(text), [
    "✓ mine: all 2 cells equal the published ones, to the last bit",
    "✓ mine: all 2 cells equal those of `rund-lab analyze`, to the last bit",
    "✓ mine: all 1 cells equal the published ones, within a relative error of 1e-12, 0 of them to the last bit",
    "All 3 checks hold.",
    "✗ mine: all 3 cells equal the published ones: 2 do",
  ]);
  assert.throws(done);
});

test("names with markup are text in a table", () => {
  table([{ name: "<script>alert(1)</script>", value: 1 }]);
  assert.not.match(String(shown[0]?.["text/html"]), "<script>");
});

test("of a table with more than 60 rows, the head, the tail and the size are shown", () => {
  const rows = Array.from({ length: 130 }, (_, n) => ({ n }));
  assert.equal(tableBundle(rows)["text/plain"].split("\n").slice(4), [
    "  3",
    "  4",
    "  …",
    "125",
    "126",
    "127",
    "128",
    "129",
    "130 rows × 1 column",
  ]);
  assert.match(tableBundle(rows)["text/html"], "<p>130 rows × 1 column</p>");
});

test("done() displays the number of checks that held, and starts a new count", () => {
  check("one is one", true);
  check("two is two", true);
  done();
  assert.equal(shown.map(text), ["✓ one is one", "✓ two is two", "All 2 checks hold."]);
  check("three is three", true);
  done();
  assert.is(text(shown.at(-1)), "The check holds.");
});

test("done() fails a notebook in which a check failed, and one that checked nothing", () => {
  check("all is well", false, "3 problems");
  check("something else", true);
  assert.is(text(shown[0]), "✗ all is well: 3 problems");
  assert.throws(
    done,
    (error: unknown) => error instanceof LabError && error.kind === "check" && /all is well/.test(error.message),
  );
  assert.throws(
    done,
    (error: unknown) => error instanceof LabError && /at least one check, found none/.test(error.message),
  );
});

test("checkDatasets compares with the published tables, and reports problems of reading", () => {
  const published = [
    { table: "time", row: "rund", column: "1", value: 110 },
    { table: "time", row: "rund", column: "10", value: 211 },
  ];
  checkDatasets([{ ...data, published, problemCount: 2 }]);
  assert.equal(shown.map(text), [
    "✗ mine: everything could be read: 2 problems",
    "✗ mine: all 2 published cells can be recomputed exactly: 1 can",
  ]);
  assert.throws(done);
});

test.run();
