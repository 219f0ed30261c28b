import { JSDOM } from "jsdom";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fig10 } from "../../../src/present/figures/index.js";
import type { MimeBundle } from "../../../src/present/notebook/display.js";
import { displaySinkKey } from "../../../src/present/notebook/display.js";
import { progress } from "../../../src/present/notebook/progress.js";
import { bundleOf } from "../../../src/present/notebook/values.js";
import { dataset, startCell } from "../figures/dataset.js";

const test = suite("the display of values");

const data = dataset("mine", { starts: [startCell("rund", 1, [100, 120]), startCell("rund", 10, [200, 220])] });
const kinds = async (value: unknown) => Object.keys((await bundleOf(value)) ?? {});

test("a figure of this package has the same bundle as in show()", async () => {
  assert.equal(await kinds(fig10([data])), ["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
});

test("Plotly's {data, layout} is a figure; other objects with data are not", async () => {
  const line = { data: [{ type: "scatter", x: [1, 2], y: [3, 4] }], layout: { title: "a line" } };
  const bundle = (await bundleOf(line))!;
  assert.equal(Object.keys(bundle), ["application/vnd.plotly.v1+json", "text/html", "image/png", "text/plain"]);
  assert.is(bundle["text/plain"], "a line");
  assert.equal(await kinds({ data: [{ type: "pie", values: [1, 2] }], layout: {} }), [
    "application/vnd.plotly.v1+json",
    "text/plain",
  ]);
  assert.equal(await kinds({ data: [1, 2], layout: {} }), []);
  assert.equal(await kinds({ data: [{ a: 1 }], layout: {}, status: 200 }), []);
});

test("specifications of Vega and Vega-Lite have the MIME type of their version", async () => {
  const lite = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
  assert.equal((await bundleOf(lite))!["application/vnd.vegalite.v5+json"], lite);
  const chart = { toSpec: () => ({ $schema: "https://vega.github.io/schema/vega/v5.json", marks: [] }) };
  assert.equal(await kinds(chart), ["application/vnd.vega.v5+json", "text/plain"]);
  assert.equal(await kinds({ $schema: "http://json-schema.org/draft-07/schema#" }), []);
});

test("elements of a document are displayed as HTML, SVG elements with their namespace, and a canvas as PNG", async () => {
  const { document } = new JSDOM("<p>a <b>word</b></p><svg width='3'><rect/></svg>").window;
  assert.is((await bundleOf(document.querySelector("p")))!["text/html"], "<p>a <b>word</b></p>");
  const svg = String((await bundleOf(document.querySelector("svg")))!["image/svg+xml"]);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="3">/);
  assert.is((await bundleOf({ toDataURL: () => "data:image/png;base64,AQID" }))!["image/png"], "AQID");
});

test("Deno's Jupyter.display is called, also if it returns a promise or belongs to a function", async () => {
  const own = { [Symbol.for("Jupyter.display")]: async () => ({ "text/markdown": "*it*" }) };
  assert.equal(await bundleOf(own), { "text/markdown": "*it*" });
  assert.equal(await bundleOf(Object.assign(() => 1, own)), { "text/markdown": "*it*" });
});

test("a value whose properties cannot be read is displayed as text", async () => {
  const shy = Object.defineProperty({}, "columns", {
    get() {
      throw new Error("do not look");
    },
  });
  assert.is(await bundleOf(shy), undefined);
});

test("a frame of polars is a table, and only the ends of a long one are converted", async () => {
  const frame = (from: number, to: number): object => ({
    columns: ["id", "n"],
    height: to - from,
    head: (length: number) => frame(from, from + length),
    tail: (length: number) => frame(to - length, to),
    toRecords: () => {
      assert.ok(to - from <= 60, "a long frame is not converted");
      return Array.from({ length: to - from }, (_, at) => ({ id: BigInt(from + at), n: (from + at) / 2 }));
    },
  });
  assert.is((await bundleOf(frame(0, 2)))!["text/plain"], "id    n\n0   0.0\n1   0.5");
  const lines = String((await bundleOf(frame(0, 1000)))!["text/plain"]).split("\n");
  assert.equal([lines.length, lines.at(-2)!.trim().split(/ +/)[0], lines.at(-1)], [13, "999", "1000 rows × 2 columns"]);
});

test("progress is one output that changes in place, and short work shows nothing", () => {
  const sent: unknown[] = [];
  Object.assign(globalThis, {
    [displaySinkKey]: {
      display: (bundle: MimeBundle) => sent.push(["new", bundle["text/plain"]]),
      update: (_: string, bundle: MimeBundle) => sent.push(["update", bundle["text/plain"]]),
      clear() {},
    },
  });
  let time = 0;
  const short = progress("reading", 10, () => time);
  time = 900;
  short.update(9);
  short.end();
  assert.equal(sent, []);
  const long = progress("reading", 10, () => time);
  for (const [at, done] of [
    [2000, 1],
    [2050, 2],
    [2200, 3],
  ] as const) {
    time = at;
    long.update(done);
  }
  long.end();
  delete (globalThis as Record<symbol, unknown>)[displaySinkKey];
  assert.equal(sent, [
    ["new", "reading: 10 %"],
    ["update", "reading: 30 %"],
    ["update", "reading: 100 %"],
  ]);
});

test.run();
