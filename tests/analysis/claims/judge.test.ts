import { suite } from "uvu";
import * as assert from "uvu/assert";
import { headline, judge, judgeAll, paperClaims } from "../../../src/analysis/claims/index.js";
import type { Dataset } from "../../../src/analysis/datasets/dataset.js";
import { LabError } from "../../../src/model/errors.js";
import { dataset, memoryCell, rounds, startCell } from "../synthetic.js";

const test = suite("judging claims");

/** A world in which the paper's claims hold; `factor` times as much of everything for each runtime. */
function world(factor: (runtime: string) => number, mostSandboxes: number): Dataset {
  const jiffies = { kata: 1000, katatemplate: 419.6, katafc: 282.3, rund: 107 };
  const cell = (runtime: keyof typeof jiffies, density: number, concurrency: number, ms: number) =>
    startCell({
      runtime,
      density,
      concurrency,
      makespans: rounds(ms * factor(runtime), 50, `${runtime} ${density} ${concurrency}`, 0.004),
      busy: rounds(1000 * jiffies[runtime] * factor(runtime), 50, `busy ${runtime} ${concurrency}`, 0.004),
    });
  // five snapshots of one campaign, so that memory has an interval
  const snapshots = (runtime: string, density: number, mib: number) =>
    [0, 1, 2, 3, 4].map(i =>
      memoryCell({
        runtime,
        density,
        mib: mib * factor(runtime) * (1 + (i - 2) / 1000),
        run: `mem_${runtime}_0101000${i}`,
      }),
    );
  const operation = (
    experiment: "cgroups" | "rootfs",
    variant: string,
    concurrency: number,
    ms: number,
    count = 0,
  ) => ({
    run: "operations",
    experiment,
    variant,
    density: 0,
    concurrency,
    count,
    rounds: Array.from({ length: 20 }, (_, i) => {
      const totalMs = ms * factor(variant === "v1pool" ? "rund" : "host") * (1 + (i - 9.5) / 5000);
      return {
        round: i + 1,
        block: 1,
        idleBusy: null,
        phases: [{ phase: "make" as const, operation: "", totalMs, us: [] }],
      };
    }),
  });
  return dataset({
    run: { campaign: "world" },
    operations: [
      operation("rootfs", "devmapper", 1, 30),
      operation("rootfs", "devmapper", 200, 10_000),
      operation("rootfs", "copied", 1, 207),
      operation("rootfs", "reflinked", 1, 0.2),
      operation("cgroups", "v1", 200, 1000, 200),
      operation("cgroups", "v1pool", 200, 60, 200),
      operation("cgroups", "v1pool", 1, 90, 2000),
      operation("cgroups", "v1pool", 50, 100, 2000),
      operation("cgroups", "v1pool", 200, 140, 2000),
    ],
    starts: [
      cell("rund", 0, 1, 88),
      cell("rund", 0, 200, 970),
      cell("kata", 0, 200, 6850),
      cell("katatemplate", 0, 200, 2980),
      cell("katafc", 0, 200, 47_600),
      cell("rund", 0, 400, 1800),
      cell("katatemplate", 0, 400, 3000),
      cell("kata", 1000, 10, 1690),
      cell("katatemplate", 1000, 10, 410),
      cell("katafc", 1000, 10, 10_800),
      cell("rund", 1000, 10, 220),
    ],
    memory: [
      ...snapshots("rund", 1000, 17.7),
      ...snapshots("kata", 1000, 143.9),
      ...snapshots("katatemplate", 1000, 100.6),
      ...snapshots("katafc", 1000, 71.1),
      ...snapshots("rund", 100, 17),
      ...snapshots("kata", 100, 37.69),
      ...snapshots("katatemplate", 100, 23.35),
      ...snapshots("katafc", 100, 20.96),
      ...snapshots("katafc", 1, 94),
      ...snapshots("kata", 1, 168),
      ...snapshots("kata", 1500, 145),
      ...snapshots("rund", mostSandboxes, 17),
    ],
  });
}

const asClaimed = judgeAll(paperClaims, { dataset: world(() => 1, 2600) });
const otherwise = judgeAll(paperClaims, { dataset: world(runtime => (runtime === "rund" ? 2 : 1.3), 2000) });

for (const [i, claim] of paperClaims.entries()) {
  if (claim.parts.length === 0) {
    test(`${claim.id} has no data in any world, and names the missing measurement`, () => {
      assert.is(asClaimed[i]!.verdict, "not-measured");
      assert.ok(asClaimed[i]!.needs!.length > 10);
    });
    continue;
  }
  test(`${claim.id} holds where the world is as claimed`, () => {
    for (const { part, verdict } of asClaimed[i]!.parts) assert.is(verdict, "supported", `${claim.id} ${part}`);
    assert.is(asClaimed[i]!.verdict, "supported");
  });
  test(`${claim.id} does not hold where the world is otherwise`, () => {
    assert.is(otherwise[i]!.verdict, claim.id === "density-2500" ? "not-measured" : "contradicted");
  });
}

test("one contradicted part contradicts a claim, and is the one that its line shows", () => {
  const claim = paperClaims.find(({ id }) => id === "cpu-200")!;
  const verdict = judge(claim, { dataset: world(runtime => (runtime === "katafc" ? 0.5 : 1), 2000) });
  assert.is(verdict.verdict, "contradicted");
  assert.is(verdict.part, "against Kata-FC");
  assert.equal(
    verdict.parts.map(({ verdict }) => verdict),
    ["supported", "supported", "contradicted"],
  );
});

test("without data every claim is not measured, and names the missing measurement", () => {
  for (const { verdict, needs, measured, n } of judgeAll(paperClaims, { dataset: dataset() })) {
    assert.is(verdict, "not-measured");
    assert.ok(needs !== null && needs.length > 10);
    assert.equal([measured, n], [null, 0]);
  }
});

test("one round has a value and no interval: it decides only beyond the band by its half-width", () => {
  const single = (ms: number) =>
    judge(paperClaims.find(({ id }) => id === "single-88ms")!, {
      dataset: dataset({ starts: [startCell({ concurrency: 1, makespans: [ms] })] }),
    });
  assert.is(single(88).verdict, "inconclusive");
  assert.is(single(88).interval, null);
  assert.is(single(88).caveat, "too few rounds");
  assert.is(single(120).verdict, "contradicted");
});

test("rounds that are all equal are judged by their value, with a caveat", () => {
  const claim = paperClaims.find(({ id }) => id === "single-88ms")!;
  const verdict = judge(claim, {
    dataset: dataset({ starts: [startCell({ concurrency: 1, makespans: new Array(10).fill(88) })] }),
  });
  assert.is(verdict.verdict, "supported");
  assert.is(verdict.caveat, "all rounds equal");
});

test("a ratio of zeros is not measured, and never becomes a number", () => {
  const zeros = (runtime: string) => startCell({ runtime, concurrency: 400, makespans: new Array(10).fill(0) });
  const claim = paperClaims.find(({ id }) => id === "template-40")!;
  const verdict = judge(claim, { dataset: dataset({ starts: [zeros("rund"), zeros("katatemplate")] }) });
  assert.is(verdict.verdict, "not-measured");
  assert.match(verdict.needs!, "above 0");
  assert.not.match(JSON.stringify(verdict), "NaN");
});

test("a runtime that the data lacks is taken from the baseline, with the confounds; a missing cell is not", () => {
  const own = dataset({
    name: "own",
    starts: [startCell({ concurrency: 400, makespans: rounds(1800, 20, "own") })],
    run: { host: "there", versions: { kernel: "6.1", containerd: "1.6", crictl: null, kata: null, vmm: null } },
  });
  const baseline = dataset({
    name: "base",
    starts: [startCell({ runtime: "katatemplate", concurrency: 400, makespans: rounds(3000, 20, "base", 0.01) })],
  });
  const claim = paperClaims.find(({ id }) => id === "template-40")!;
  const verdict = judge(claim, { dataset: own, baseline });
  assert.is(verdict.verdict, "supported");
  assert.equal(verdict.runs, ["own/time_rund_01010000", "base/time_katatemplate_01010000"]);
  assert.equal(verdict.confounds, [
    { what: "host", a: "there", b: "here" },
    { what: "kernel", a: "6.1", b: "5.10" },
  ]);
  const hole = dataset({ starts: [...own.starts, startCell({ runtime: "katatemplate", makespans: [1] })] });
  assert.is(judge(claim, { dataset: hole, baseline }).verdict, "not-measured");
});

test("two runs of one runtime that are not repeats are an error that names both", () => {
  const twice = dataset({
    starts: ["a", "b"].map(run => startCell({ run, concurrency: 1, makespans: rounds(88, 10, run) })),
  });
  assert.throws(
    () => judgeAll(paperClaims, { dataset: twice }),
    (error: unknown) => error instanceof LabError && error.code === "RUND_TWO_RUNS" && /a and b/.test(error.message),
  );
});

test("a claimed value that another cell has is found there, with the number of searched cells", () => {
  const cell = (concurrency: number, ms: number) =>
    startCell({ runtime: "katafc", concurrency, makespans: rounds(ms, 30, `c${concurrency}`, 0.0001) });
  const claim = paperClaims.find(({ id }) => id === "start-200-all")!;
  const verdict = judge(claim, {
    dataset: dataset({ starts: [cell(100, 9000), cell(200, 27_200), cell(300, 47_600)] }),
  });
  const { elsewhere } = verdict.readings[0]!;
  assert.is(elsewhere!.searched, 2);
  assert.equal(
    elsewhere!.found.map(({ at }) => at),
    ["katafc, 300 at once"],
  );
  assert.is(verdict.readings.find(({ part }) => part === "RunD")!.elsewhere, null);
});

test("claims whose wording is not sure are left out of the headline count", () => {
  const { sure, unverified } = headline(asClaimed);
  const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, n) => sum + n, 0);
  assert.is(total(sure), paperClaims.filter(({ certainty }) => certainty === "A" || certainty === "H").length);
  assert.is(total(sure) + total(unverified), paperClaims.length);
});

test("every claim has an id, a section, a statement, a source, and readings with digits to print", () => {
  assert.is(new Set(paperClaims.map(({ id }) => id)).size, paperClaims.length);
  for (const { section, statement, source, parts, needs } of paperClaims) {
    assert.ok(section.length > 2 && statement.endsWith(".") && source.length > 5);
    assert.is(needs === undefined, parts.length > 0);
    for (const { readings } of parts) {
      for (const { expected } of readings) assert.match(expected.printed, /^\d+(\.\d+)?$/);
    }
  }
});

test.run();
