import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ArrivalWindow } from "../../../src/analysis/datasets/dataset.js";
import { rampFigure, ratesFigure } from "../../../src/present/figures/index.js";
import { dataset } from "./dataset.js";

const test = suite("figures of open loops and ramps");

/** A window of forty evenly spaced starts that each take so long. */
const windowOf = (rate: number, latencyMs: number): ArrivalWindow => ({
  ...{ run: "arrivals_crun_01311200", runtime: "crun", rate, block: 1, round: 1, removals: [], flags: [] },
  durationMs: (40 * 1000) / rate,
  starts: Array.from({ length: 40 }, (_, n) => {
    const dueMs = (n * 1000) / rate;
    return { dueMs, sentMs: dueMs, endMs: dueMs + latencyMs, sent: true, ready: true };
  }),
});

const data = { ...dataset("mine", {}), arrivals: [windowOf(5, 80), windowOf(10, 120), windowOf(20, 900)] };

test("the finding names the highest rate that keeps the objective, and the next that fails", () => {
  const { finding, plot } = ratesFigure([data], { p: 0.9, limitMs: 500 });
  assert.is(finding, "crun keeps p90 within 500 ms up to 10 starts a second; 20 a second fail.");
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

test("a dataset without open loops or ramps says so", () => {
  const empty = dataset("mine", {});
  assert.is(ratesFigure([empty]).finding, "No open loop was measured.");
  assert.is(rampFigure([empty]).finding, "No ramp was measured.");
});

test.run();
