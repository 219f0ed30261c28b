import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ArrivalWindow } from "../../../src/analysis/datasets/dataset.js";
import { levelsFigure, rampFigure, ratesFigure } from "../../../src/present/figures/index.js";
import { dataset } from "./dataset.js";

const test = suite("figures of open loops and ramps");

/** A window of forty evenly spaced starts, each with this latency. */
const windowOf = (rate: number, latencyMs: number): ArrivalWindow => ({
  run: "arrivals_crun_01311200",
  runtime: "crun",
  rate,
  block: 1,
  round: 1,
  removals: [],
  flags: [],
  durationMs: (40 * 1000) / rate,
  starts: Array.from({ length: 40 }, (_, n) => {
    const dueMs = (n * 1000) / rate;
    return { dueMs, sentMs: dueMs, endMs: dueMs + latencyMs, sent: true, ready: true };
  }),
});

const data = { ...dataset("mine", {}), arrivals: [windowOf(5, 80), windowOf(10, 120), windowOf(20, 900)] };

test("the finding names the highest rate that keeps the objective, and the next that fails", () => {
  const { finding, plot } = ratesFigure([data], { p: 0.9, limitMs: 500 });
  assert.is(finding, "crun keeps p90 within 500 ms up to 10 starts a second; it fails at 20 a second.");
  // p90 of equal latencies is that latency
  assert.equal(
    plot.data.map(({ y }) => y),
    [
      [80, 120, 900],
      [80, 120, 900],
    ],
  );
  assert.equal(
    (plot.layout.shapes as { y0: number; yref: string }[]).map(({ y0, yref }) => [y0, yref]),
    [[500, "y2"]],
  );
});

test("a rate with too few starts is reported as undecided, and as neither held nor failing", () => {
  // a bound of p99 needs 299 starts
  const { finding } = ratesFigure([data], { p: 0.99, limitMs: 500 });
  assert.is(
    finding,
    "crun is not confirmed to keep p99 within 500 ms at any of the rates; it fails at 20 a second; there were too few starts to decide at 5 and 10 a second.",
  );
});

test("the objective's quantile is named without rounding errors", () => {
  const { finding, plot } = ratesFigure([data], { p: 0.57, limitMs: 500 });
  assert.match(finding, /keep p57 within 500 ms|keeps p57 within 500 ms/);
  assert.match(JSON.stringify(plot.layout), /"p57"/);
});

test("the rates of one runtime are not gaps in the line of another", () => {
  const other = [windowOf(2, 300), windowOf(15, 400)].map(window => ({ ...window, runtime: "runsc" }));
  const { plot } = ratesFigure([{ ...data, arrivals: [...data.arrivals, ...other] }], null);
  const lines = plot.data.filter(({ xaxis }) => xaxis === "x");
  assert.equal(
    lines.map(({ x }) => x),
    [
      [5, 10, 20],
      [2, 15],
    ],
  );
});

test("each runtime has a panel for starts in flight and one for living sandboxes, with a line for each rate", () => {
  const evenly = [windowOf(5, 100), { ...windowOf(5, 100), rate: 10, starts: windowOf(5, 300).starts }];
  const { plot, finding } = levelsFigure([{ ...dataset("mine", {}), arrivals: evenly }]);
  // by hand: a start every 200 ms that takes 100 ms is in flight half the time; three that overlap are one and a half
  const means = plot.data
    .map(({ y }) => (y as number[]).slice(3, -3))
    .map(y => y.reduce((sum, v) => sum + v, 0) / y.length);
  assert.is(plot.data.length, 4);
  for (const [index, expected] of [0.5, 1.5, 0.5, 1.5].entries()) {
    assert.ok(Math.abs(means[index]! - expected) < 0.03, `${means[index]} for ${expected}`);
  }
  assert.is(finding, "crun at 10 starts a second: up to 2 starts in flight and 2 sandboxes alive.");
});

test("at most six rates are drawn, including the lowest and the highest", () => {
  const rates = [1, 2, 4, 8, 12, 16, 20, 24].map(rate => windowOf(rate, 100));
  const { plot, caption } = levelsFigure([{ ...dataset("mine", {}), arrivals: rates }]);
  const names = plot.data.filter(({ xaxis }) => xaxis === "x").map(({ name }) => name);
  assert.equal([names.length, names[0], names.at(-1)], [6, "1/s", "24/s"]);
  assert.match(caption, "At most six rates of a runtime are drawn.");
});

test("a dataset without open loops or ramps says so", () => {
  const empty = dataset("mine", {});
  assert.is(levelsFigure([empty]).finding, "No open loop was measured.");
  assert.is(ratesFigure([empty]).finding, "No open loop was measured.");
  assert.is(rampFigure([empty]).finding, "No ramp was measured.");
});

test.run();
