import { suite } from "uvu";
import * as assert from "uvu/assert";
import { history } from "../../../src/analysis/compare/index.js";
import type { Dataset } from "../../../src/analysis/datasets/dataset.js";
import { historyFigure } from "../../../src/present/figures/index.js";
import { dataset, memoryCell, rounds, startCell } from "../synthetic.js";

const test = suite("a metric over many campaigns");

/** A campaign on a day of a month, one cell about so many ms. */
const on = (day: number, ms: number, kernel = "5.10"): Dataset => {
  const startedAt = `2026-01-${String(day).padStart(2, "0")}T00:00:00.000Z`;
  const versions = { kernel, containerd: "1.6", crictl: null, kata: null, vmm: null };
  const run = { startedAt, campaign: `day ${day}`, versions };
  return dataset({ name: `day ${day}`, starts: [startCell({ makespans: rounds(ms, 20, `${day} ${ms}`) })], run });
};
const positions = (datasets: readonly Dataset[]) =>
  history(datasets).cells[0]!.changes.map(({ at, since, direction }) => [at, since, direction]);

test("campaigns are ordered by their start times, in any order of the command line", () => {
  assert.equal(
    history([on(3, 500), on(1, 500), on(2, 500)]).campaigns.map(({ name }) => name),
    ["day 1", "day 2", "day 3"],
  );
});

test("a step is one change, and the step back another; confounds are listed", () => {
  const found = history([on(1, 500), on(2, 500), on(3, 600, "6.1"), on(4, 600, "6.1"), on(5, 500)]);
  const [cell] = found.cells;
  assert.equal(
    cell!.changes.map(({ at, since, direction }) => [at, since, direction]),
    [
      [2, 0, "slower"],
      [4, 2, "faster"],
    ],
  );
  assert.equal(cell!.changes[0]!.confounds, [{ what: "kernel", a: "5.10", b: "6.1" }]);
  assert.ok(Math.abs(cell!.changes[0]!.ratio! - 1.2) < 0.03);
});

test("a slow drift is found, although no campaign differs enough from the one before", () => {
  // 3 % a campaign: each pair of neighbours is within the gate's 5 %
  const drifting = [500, 515, 530, 546, 563, 580].map((ms, i) => on(i + 1, ms));
  for (const [i, each] of drifting.slice(1).entries()) assert.equal(positions([drifting[i]!, each]), []);
  const [first] = positions(drifting);
  assert.equal(first!.slice(1), [0, "slower"]);
  assert.ok(Number(first![0]) >= 2 && Number(first![0]) <= 4, String(first));
});

test("a cell that a campaign lacks is a gap, and a cell of one campaign is left out", () => {
  const more = dataset({
    name: "more",
    starts: [startCell({ makespans: rounds(500, 20, "m") }), startCell({ concurrency: 20, makespans: [1, 2, 3] })],
  });
  const none = dataset({ name: "none", memory: [memoryCell({ mib: 20 })] });
  const { cells, campaigns } = history([more, none, on(1, 500)]);
  assert.equal(
    campaigns.map(({ name }) => name),
    ["more", "none", "day 1"],
  );
  assert.equal(
    cells.map(({ concurrency, values }) => [concurrency, values.map(side => side?.n ?? null)]),
    [[10, [20, null, 20]]],
  );
});

test("a single snapshot of memory counts as a change only beyond twice the tolerance", () => {
  const at = (mib: number) => dataset({ name: `${mib}`, memory: [memoryCell({ mib })] });
  const found = history([at(20), at(21.5), at(23)], { metric: "memory" });
  assert.equal(
    found.cells[0]!.changes.map(({ at, direction }) => [at, direction]),
    [[2, "slower"]],
  );
});

test("the figure has a panel per cell and rings its changes", () => {
  const figure = historyFigure(history([on(1, 500), on(2, 500), on(3, 600)]));
  assert.match(figure.finding, /^RunD, 10 at once, is slower \(× 1\.\d+\) at campaign 3\.$/);
  const rings = figure.plot.data.filter(({ name }) => String(name).startsWith("circled"));
  assert.equal(
    rings.map(({ x }) => x),
    [[3]],
  );
});

test.run();
