import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compare, stoppedBy } from "../../../src/analysis/compare/index.js";
import type { OperationCell } from "../../../src/analysis/datasets/dataset.js";
import { dataset } from "../synthetic.js";

const test = suite("comparing operations");

/** A campaign of one variant whose rounds take close to a number of milliseconds: two rounds in each of six blocks. */
const campaign = (name: string, ms: number, { count = 200, variant = "v1" } = {}) => {
  const cell: OperationCell = {
    run: `cgroups_${variant}_01010000`,
    experiment: "cgroups",
    variant,
    density: 100,
    concurrency: 8,
    count,
    rounds: Array.from({ length: 12 }, (_, index) => {
      const totalMs = ms * (1 + (((index * (variant === "v1" ? 1 : 5)) % 12) - 5.5) / 3000);
      const phases = (["make", "remove"] as const).map((phase, at) => ({
        phase,
        operation: at === 0 ? "mkdir" : "rmdir",
        us: [],
        totalMs: totalMs / (at + 1),
      }));
      return { round: index + 1, block: Math.floor(index / 2) + 1, phases, idleBusy: null };
    }),
  };
  return dataset({ name, operations: [cell], run: { campaign: name } });
};

test("two campaigns are compared phase by phase, and a slower one is stopped by the gate", () => {
  const slower = compare(campaign("before", 60), campaign("after", 66));
  assert.equal(
    slower.cells.map(({ metric, experiment, operation, verdict }) => [metric, experiment, operation, verdict]),
    [
      ["time", "cgroups", "make 200", "slower"],
      ["time", "cgroups", "remove 200", "slower"],
    ],
  );
  assert.equal(
    slower.cells.map(({ a, b, ratio }) => [a.mean?.toFixed(2), b.mean?.toFixed(2), ratio?.toFixed(3)]),
    [
      ["60.00", "66.00", "1.100"],
      ["30.00", "33.00", "1.100"],
    ],
  );
  assert.is(slower.verdict, "slower");
  assert.is(stoppedBy(slower, 0.05).length, 2);
});

test("campaigns with equal times are the same, and pass the gate", () => {
  const same = compare(campaign("before", 60), campaign("after", 60.1));
  assert.equal(
    same.cells.map(({ verdict }) => verdict),
    ["same", "same"],
  );
  assert.is(stoppedBy(same, 0.05).length, 0);
});

test("cells with different numbers of containers are not compared", () => {
  assert.throws(
    () => compare(campaign("before", 60), campaign("after", 60, { count: 100 })),
    /a cell that both sides have/,
  );
});

test("two variants of one campaign are compared block by block", () => {
  const [created, renamed] = [campaign("own", 60), campaign("own", 20, { variant: "v1pool" })];
  const both = {
    ...created,
    runs: [...created.runs, ...renamed.runs],
    operations: [...created.operations!, ...renamed.operations!],
  };
  const [made] = compare(both, both, { runtimes: [{ a: "v1", b: "v1pool" }] }).cells;
  assert.equal([made!.method, made!.verdict, made!.ratio?.toFixed(3)], ["paired blocks", "faster", "0.333"]);
});

test.run();
