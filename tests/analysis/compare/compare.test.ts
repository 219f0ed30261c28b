import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CellSample } from "../../../src/analysis/compare/cells.js";
import { contrast } from "../../../src/analysis/compare/contrast.js";
import { type ComparedCell, compare, stoppedBy } from "../../../src/analysis/compare/index.js";
import type { Dataset } from "../../../src/analysis/datasets/dataset.js";
import { mean } from "../../../src/analysis/stats/mean.js";
import { random } from "../../../src/analysis/stats/random.js";
import { LabError } from "../../../src/model/errors.js";
import { type CellSketch, dataset, memoryCell, rounds, startCell } from "../synthetic.js";

const test = suite("comparing two campaigns");

/** A campaign of one cell for each factor, 20 rounds about 500 ms times it. */
const campaign = (name: string, factors: readonly number[], more: Partial<CellSketch> = {}): Dataset =>
  dataset({
    name,
    starts: factors.map((factor, i) =>
      startCell({ concurrency: 10 * (i + 1), makespans: rounds(500 * factor, 20, `${name} ${i}`), ...more }),
    ),
  });
const time = ({ cells }: { readonly cells: readonly ComparedCell[] }) =>
  cells.filter(({ metric }) => metric === "time");
const verdicts = (a: Dataset, b: Dataset) => time(compare(a, b)).map(({ verdict }) => verdict);
const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof LabError) return error.code;
    throw error;
  }
  return "no error";
};

test("a planted effect is found with its sign, and an equal cell is the same", () => {
  assert.equal(verdicts(campaign("a", [1, 1, 1, 1]), campaign("b", [1.1, 0.9, 1, 1.3])), [
    "slower",
    "faster",
    "same",
    "slower",
  ]);
});

test("a difference within the tolerance counts as the same, even if it is certain", () => {
  const tight = (name: string, ms: number) =>
    dataset({ name, starts: [startCell({ makespans: rounds(ms, 50, name, 0.002) })] });
  const [cell] = time(compare(tight("a", 1000), tight("b", 1010)));
  assert.is(cell!.verdict, "same");
  assert.ok(cell!.p! < 0.01);
});

test("not significant is not the same: rounds with wide scatter are undecided, with the number of rounds needed", () => {
  const wide = (name: string) => dataset({ name, starts: [startCell({ makespans: rounds(1000, 10, name, 0.2) })] });
  const [cell] = time(compare(wide("a"), wide("b")));
  assert.is(cell!.verdict, "undecided");
  assert.ok(cell!.p! > 0.05);
  assert.ok(cell!.roundsNeeded! > 100 && cell!.roundsNeeded! < 800, `${cell!.roundsNeeded}`);
});

test("p are corrected over the cells of one metric, and the gate's limits too", () => {
  const many = compare(campaign("a", new Array(12).fill(1)), campaign("b", new Array(12).fill(1)));
  for (const { interval, correctedInterval } of time(many)) {
    assert.ok(correctedInterval![0] < interval![0] && correctedInterval![1] > interval![1]);
  }
  const smallest = Math.min(...time(many).map(({ p }) => p!));
  assert.ok(smallest > 0.05, `smallest p ${smallest}`);
});

test("the gate stops a cell that is certainly slower by more than the limit, and no other slower cell", () => {
  const stopped = (factor: number, than: number) =>
    stoppedBy(compare(campaign("a", [1]), campaign("b", [factor])), than).length;
  assert.is(stopped(1.15, 0.05), 1);
  assert.is(stopped(1.04, 0.05), 0);
  assert.is(stopped(1.04, 0.02), 1);
  assert.is(stopped(0.8, 0.05), 0);
});

test("the overall verdict is mixed if some cells are faster and some slower, otherwise that of the time cells", () => {
  const whole = (factors: readonly number[]) => compare(campaign("a", [1, 1]), campaign("b", factors)).verdict;
  assert.is(whole([1.2, 1]), "slower");
  assert.is(whole([0.8, 1]), "faster");
  assert.is(whole([0.8, 1.2]), "mixed");
  assert.is(whole([1, 1]), "same");
});

test("a cell with failed clients is never faster, and never the same", () => {
  const failing = { partial: 2, attempted: 200, failed: 3 };
  const [quick] = time(compare(campaign("a", [1]), campaign("b", [0.5], failing)));
  assert.is(quick!.verdict, "undecided");
  assert.match(quick!.caveat!, "3 of 200 failed in B");
  assert.is(time(compare(campaign("a", [1]), campaign("b", [1], failing)))[0]!.verdict, "undecided");
  const stopped = compare(campaign("a", [1]), campaign("b", [1.2], failing));
  assert.is(time(stopped)[0]!.verdict, "slower");
  assert.is(stoppedBy(stopped, 0.05).length, 1);
});

test("a cell in which every round failed is slower, and stops the gate", () => {
  const nothing = dataset({
    name: "b",
    starts: [startCell({ makespans: [], busy: [], partial: 20, attempted: 200, failed: 200 })],
  });
  const found = compare(campaign("a", [1]), nothing);
  const [cell] = time(found);
  assert.equal([cell!.verdict, cell!.b.mean, cell!.ratio], ["slower", null, null]);
  assert.is(stoppedBy(found, 0.05).length, 1);
});

/** Fifty rounds of a campaign whose blocks differ more than their rounds do. */
function inBlocks(seed: string, told: boolean): CellSample {
  const stream = random(seed);
  const blocks = Array.from({ length: 5 }, () => {
    const level = 1000 * (1 + 0.03 * stream.normal());
    return Array.from({ length: 10 }, () => level * (1 + 0.02 * stream.normal()));
  });
  const named = told ? new Map(blocks.map((values, block) => [String(block), mean(values)])) : null;
  return { of: "rounds", values: blocks.flat(), blocks: named, failedRounds: 0, attempted: null, failed: null };
}

test("rounds in blocks are compared by blocks: differences between blocks do not count as a difference between campaigns", () => {
  const families = 40;
  const rejected = (told: boolean) => {
    let count = 0;
    for (let i = 0; i < families; i++) {
      const { p, method } = contrast(inBlocks(`a${i}`, told), inBlocks(`b${i}`, told), String(i));
      assert.is(method, told ? "blocks" : "rounds");
      if (p! < 0.05) count++;
    }
    return count / families;
  };
  const [aware, naive] = [rejected(true), rejected(false)];
  assert.ok(aware <= 0.15, `block by block ${aware}`);
  assert.ok(naive >= 0.25, `round by round ${naive}`);
});

test("the blocks of a campaign are those that its rounds name", () => {
  const named = (name: string) =>
    dataset({ name, starts: [startCell({ makespans: rounds(500, 9, name), blocks: [1, 1, 1, 2, 2, 2, 3, 3, 3] })] });
  for (const { method } of compare(named("a"), named("b")).cells) assert.is(method, "blocks");
});

/** One campaign of two runtimes in five blocks, the second `factor` times as slow; the blocks drift by a third. */
function inTurn(factor: number, seed: string, run: Partial<Dataset["runs"][number]> = {}): Dataset {
  const stream = random(seed);
  const levels = Array.from({ length: 5 }, (_, block) => 500 * (1 + block / 12) * (1 + 0.05 * stream.normal()));
  const cell = (runtime: string, times: number) =>
    startCell({
      runtime,
      makespans: levels.flatMap(level => [1, 2].map(() => level * times * (1 + 0.01 * stream.normal()))),
      blocks: levels.flatMap((_, block) => [block + 1, block + 1]),
    });
  const starts = [cell("runc", 1), cell("crun", factor)];
  return dataset({ name: "turns", starts, run: { campaign: "turns", ...run } });
}
const withRunc = { runtimes: [{ a: "runc", b: "crun" }] };

test("two runtimes of one campaign are compared block by block, so that a drift of both does not hide a difference", () => {
  const campaign = inTurn(0.93, "drift");
  const found = compare(campaign, campaign, withRunc);
  const [cell] = time(found);
  assert.equal(
    [cell!.method, cell!.verdict, cell!.runtime, cell!.against],
    ["paired blocks", "faster", "crun", "runc"],
  );
  assert.equal([found.a, found.b, found.confounds, found.unmatched], ["turns:runc", "turns:crun", [], { a: 0, b: 0 }]);
  assert.equal(found.runtimes, [{ a: "runc", b: "crun", verdict: "faster" }]);
  // the same blocks, taken for two campaigns' own
  const [apart] = time(compare(campaign, { ...campaign, path: "elsewhere" }, withRunc));
  assert.equal([apart!.method, apart!.verdict], ["blocks", "undecided"]);
});

test("equal runtimes of one campaign are the same within its five blocks", () => {
  const campaign = inTurn(1, "equal");
  assert.is(time(compare(campaign, campaign, withRunc))[0]!.verdict, "same");
});

test("blocks are paired by their number: one that only one runtime finished is left out", () => {
  const campaign = inTurn(0.93, "drift");
  const [runc, crun] = campaign.starts;
  const cut = { ...crun!, rounds: crun!.rounds.filter(({ block }) => block !== 2) };
  const [cell] = time(compare({ ...campaign, starts: [runc!, cut] }, { ...campaign, starts: [runc!, cut] }, withRunc));
  const mean = (cell: typeof runc) =>
    cell!.rounds.filter(({ block }) => block !== 2).reduce((sum, { makespanMs }) => sum + makespanMs / 8, 0);
  assert.ok(Math.abs(cell!.ratio! - mean(cut) / mean(runc)) < 1e-12);
});

test("runtimes with different snapshotters ran one after the other, so their blocks are not paired", () => {
  const campaign = inTurn(0.93, "drift");
  const other = campaign.runs.map(run =>
    run.runtime === "crun" ? { ...run, config: { snapshotter: "native" } } : run,
  );
  const found = compare({ ...campaign, runs: other }, { ...campaign, runs: other }, withRunc);
  assert.is(time(found)[0]!.method, "blocks");
  assert.equal(found.confounds, [{ what: "snapshotter", a: null, b: "native" }]);
});

test("a different handler or OCI runtime under one runtime id is a confound; between two runtimes it is part of the comparison", () => {
  const of = (name: string, handler: string, ociRuntime: string) =>
    dataset({ name, starts: [startCell({ makespans: rounds(500, 5, name) })], run: { handler, ociRuntime } });
  const { confounds } = compare(of("a", "runc", "runc 1.1.5"), of("b", "crun", "crun 1.8.1"));
  assert.equal(confounds, [
    { what: "OCI runtime", a: "runc 1.1.5", b: "crun 1.8.1" },
    { what: "handler", a: "runc", b: "crun" },
  ]);
  const campaign = inTurn(1, "equal");
  const runs = campaign.runs.map(run => ({ ...run, handler: run.runtime }));
  assert.equal(compare({ ...campaign, runs }, { ...campaign, runs }, withRunc).confounds, []);
});

test("repeats of a run within one campaign count as its blocks", () => {
  const repeated = (name: string) =>
    dataset({
      name,
      run: { campaign: name },
      starts: [1, 2, 3].map(i =>
        startCell({ run: `time_rund_0101000${i}`, makespans: rounds(500, 10, `${name} ${i}`) }),
      ),
    });
  const [cell] = time(compare(repeated("a"), repeated("b")));
  assert.equal([cell!.method, cell!.a.n], ["blocks", 30]);
});

test("single snapshots of memory differ only beyond twice the tolerance; several are tested like rounds", () => {
  const memory = (name: string, mib: number, repeats = 1) =>
    dataset({
      name,
      run: { campaign: name },
      memory: Array.from({ length: repeats }, (_, i) =>
        memoryCell({ mib: mib * (1 + i / 1000), run: `mem_rund_0101000${i}` }),
      ),
    });
  const verdict = (mib: number, repeats = 1) =>
    compare(memory("a", 20, repeats), memory("b", mib, repeats)).cells[0]!.verdict;
  assert.equal([verdict(15), verdict(20), verdict(21.5), verdict(23)], ["faster", "undecided", "undecided", "slower"]);
  assert.equal([verdict(20, 6), verdict(21.5, 6)], ["same", "slower"]);
});

test("fewer than five rounds decide nothing", () => {
  const few = (name: string) => dataset({ name, starts: [startCell({ makespans: rounds(500, 3, name) })] });
  const [cell] = time(compare(few("a"), few("b")));
  assert.equal([cell!.verdict, cell!.interval, cell!.p, cell!.caveat], ["undecided", null, null, "too few rounds"]);
});

test("values of zero, and rounds that are all equal, have a stated result", () => {
  const of = (name: string, value: number) =>
    dataset({ name, starts: [startCell({ makespans: new Array(10).fill(value) })] });
  const [zero] = time(compare(of("a", 0), of("b", 0)));
  assert.equal([zero!.verdict, zero!.ratio, zero!.caveat], ["undecided", null, "no mean above 0"]);
  const [equal] = time(compare(of("a", 80), of("b", 80)));
  assert.equal([equal!.verdict, equal!.ratio, equal!.caveat], ["same", 1, "all rounds equal"]);
  const [apart] = time(compare(of("a", 80), of("b", 120)));
  assert.equal([apart!.verdict, apart!.ratio], ["slower", 1.5]);
});

test("differences between the runs are listed; values that neither recorded are not", () => {
  const on = (name: string, kernel: string, driver: string | null) =>
    dataset({
      name,
      starts: [startCell({ makespans: rounds(500, 5, name) })],
      run: {
        driver,
        versions: { kernel, containerd: "1.6", crictl: null, kata: null, vmm: null },
        config: { defaultMemoryMb: 128 },
      },
    });
  assert.equal(compare(on("a", "5.10", "crictl"), on("b", "6.1", null)).confounds, [
    { what: "driver", a: "crictl", b: null },
    { what: "kernel", a: "5.10", b: "6.1" },
  ]);
  assert.equal(compare(on("a", "5.10", null), on("b", "5.10", null)).confounds, []);
});

test("cells without a partner are counted, and no common cell is an error that lists the cells of each side", () => {
  const { unmatched } = compare(campaign("a", [1, 1, 1]), campaign("b", [1]));
  assert.equal(unmatched, { a: 4, b: 0 });
  const other = dataset({ name: "other", starts: [startCell({ runtime: "runc", makespans: [1, 2, 3] })] });
  assert.is(
    code(() => compare(campaign("a", [1]), other)),
    "RUND_NO_COMMON_CELL",
  );
  assert.is(
    code(() => compare(dataset(), dataset())),
    "RUND_NO_COMMON_CELL",
  );
});

test("a replayed run is refused, and compared as a rehearsal on request", () => {
  const replayed = dataset({
    name: "b",
    starts: [startCell({ makespans: rounds(500, 10, "b") })],
    run: { replayed: true },
  });
  assert.is(
    code(() => compare(campaign("a", [1]), replayed)),
    "RUND_REPLAYED",
  );
  assert.ok(compare(campaign("a", [1]), replayed, { allowReplay: true }).rehearsal);
  assert.not(compare(campaign("a", [1]), campaign("b", [1])).rehearsal);
});

test("an invalid tolerance is an error", () => {
  for (const tolerance of [0, -1, 1, Number.NaN]) {
    assert.is(
      code(() => compare(campaign("a", [1]), campaign("b", [1]), { tolerance })),
      "RUND_TOLERANCE",
    );
  }
});

test("the same campaigns give the same bytes, in any order of their cells", () => {
  const [a, b] = [campaign("a", [1, 1.1, 0.9]), campaign("b", [1, 1, 1])];
  const turned = { ...b, starts: [...b.starts].reverse(), runs: [...b.runs].reverse() };
  assert.is(JSON.stringify(compare(a, b)), JSON.stringify(compare(a, turned)));
});

test.run();
