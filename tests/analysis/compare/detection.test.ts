import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type PlannedComparison, roundsToDetect } from "../../../src/analysis/compare/index.js";
import type { Dataset } from "../../../src/analysis/datasets/dataset.js";
import { noncentralQuantile } from "../../../src/analysis/stats/index.js";
import { LabError } from "../../../src/model/errors.js";
import { close } from "../stats/close.js";
import { dataset, rounds, startCell } from "../synthetic.js";

const test = suite("the number of rounds that a comparison needs");

// scipy.stats.nct.ppf(p, freedom, shift)
test("quantiles of the noncentral t are within 1 % of SciPy's", () => {
  for (const [p, freedom, shift, expected] of [
    [0.8, 20, 2, 2.966],
    [0.8, 9, 2.26, 3.434],
    [0.9, 9, 1.8, 3.549],
  ] as const) {
    close([noncentralQuantile(p, freedom, shift) / expected], [1], 0.01);
  }
});

/** A campaign of two runtimes in five blocks of two rounds, whose blocks differ by a third and whose rounds by `scatter`. */
function pilot(scatter: number, concurrency: readonly number[] = [10]): Dataset {
  const starts = concurrency.flatMap(clients =>
    ["runc", "crun"].map(runtime => {
      const own = rounds(100_000, 10, `${runtime} ${clients}`, scatter);
      const blocks = own.map((_, i) => 1 + Math.floor(i / 2));
      return startCell({
        runtime,
        concurrency: clients,
        makespans: own.map((ms, i) => ms * (1 + blocks[i]! / 3)),
        blocks,
      });
    }),
  );
  return dataset({ name: "pilot", starts, run: { campaign: "pilot" } });
}
const planned: PlannedComparison = {
  experiment: "time",
  runtimes: ["runc", "crun"],
  density: [0],
  concurrency: [10],
  tolerance: 0.05,
};

test("an effect of a block on both runtimes needs no more rounds", () => {
  const { rounds, cells } = roundsToDetect(planned, [pilot(0.03)]);
  // a difference of two rounds scatters by about 3 % × √2; by the usual formula (2.8 / 0.05 × 0.042)² = 6 pairs, and some for t
  const [cell] = cells;
  assert.ok(cell!.recorded.paired && cell!.scatter > 0.025 && cell!.scatter < 0.065, `${cell!.scatter}`);
  assert.ok(rounds >= 7 && rounds <= 25, `${rounds}`);
});

test("the most demanding cell decides, and more cells take more rounds each", () => {
  const one = roundsToDetect(planned, [pilot(0.05)]);
  const four = roundsToDetect({ ...planned, concurrency: [1, 10, 20, 50] }, [pilot(0.05)]);
  assert.is(one.rounds, one.cells[0]!.rounds);
  assert.is(four.rounds, Math.max(...four.cells.map(cell => cell.rounds)));
  assert.ok(four.rounds > one.rounds);
});

test("a cell that was not recorded is planned by the nearest recorded one", () => {
  const { cells } = roundsToDetect({ ...planned, concurrency: [2, 60] }, [pilot(0.05, [1, 10, 50])]);
  assert.equal(
    cells.map(({ recorded }) => recorded.concurrency),
    [1, 50],
  );
});

test("a single runtime is planned for a comparison with an earlier campaign, which needs more rounds", () => {
  const alone = roundsToDetect({ ...planned, runtimes: ["runc"] }, [pilot(0.05)]);
  assert.is(alone.cells[0]!.against, null);
  assert.ok(alone.rounds > roundsToDetect(planned, [pilot(0.05)]).rounds);
});

test("a runtime without a recording is an error that names the pilot to measure", () => {
  try {
    roundsToDetect({ ...planned, runtimes: ["runc", "youki"] }, [pilot(0.05)]);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof LabError);
    assert.is(error.code, "RUND_NO_PILOT");
    assert.match(error.hint!, "run time --runtime runc,youki");
  }
});

test.run();
