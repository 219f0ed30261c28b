import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judgeAll, paperClaims } from "../../../src/analysis/claims/index.js";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { claimsFigure } from "../../../src/present/figures/index.js";

const test = suite("the claims as a picture");

test("a mark's position is the measured value minus the claimed one, in half-widths of the band", async () => {
  const dataset = await loadDataset("paper_data");
  const { plot } = claimsFigure(judgeAll(paperClaims, { dataset, baseline: dataset }));
  const marks = plot.data.flatMap(({ name, x, y }) => x.map((at, index) => ({ name, at, row: y[index] })));
  const single = marks.find(mark => mark.row === "single-88ms");
  // 84.22 ms against 88 ms; the band is ± 5 %, 4.4 ms: (84.22 - 88) / 4.4
  assert.is(single?.name, "inconclusive");
  assert.ok(Math.abs(Number(single?.at) - -0.859) < 0.001);
  // 27.2 s against 47.6 s is 8.6 half-widths below: drawn at the edge
  const far = marks.find(mark => mark.row === "start-200-all: Kata-FC");
  assert.equal([far?.name, far?.at], ["contradicted", -6]);
});

test("without a measurement for any claim, the figure is a sentence", () => {
  const { finding, plot } = claimsFigure([]);
  assert.match(finding, /has no measurement/);
  assert.ok(JSON.stringify(plot.layout).includes("has no measurement"));
});

test.run();
