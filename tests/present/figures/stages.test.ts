import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { StageRow } from "../../../src/analysis/stages/index.js";
import { stagesFigure } from "../../../src/present/figures/index.js";

const test = suite("the figure of stages");

const row: StageRow = {
  run: "density_crun_01010000",
  runtime: "crun",
  label: "crun",
  until: "sandbox",
  samples: 10,
  interval: null,
  density: 0,
  concurrency: 10,
  latencyMs: 200,
  stages: [{ name: "sandbox create", p50Ms: 150 }],
};

test("panels of one concurrency on different backgrounds have different names in the finding", () => {
  const { finding } = stagesFigure([row, { ...row, density: 300, latencyMs: 400 }], "mine");
  assert.is(
    finding,
    "At concurrency 10: crun 200 ms, of which sandbox create 75 %. At concurrency 10, background 300: crun 400 ms, of which sandbox create 38 %.",
  );
});

test.run();
