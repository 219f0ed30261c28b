import { suite } from "uvu";
import * as assert from "uvu/assert";
import { capacity } from "../../../src/analysis/capacity/index.js";
import type { FitEvent } from "../../../src/campaign-files/index.js";
import { LabError } from "../../../src/model/errors.js";
import { dataset, memoryCell, rounds, startCell } from "../synthetic.js";

const test = suite("the number of sandboxes that fit on a host");
const gib = 2 ** 30;
const question = { runtime: "kata", hostBytes: 100 * gib, reserveBytes: 0, memoryMb: 128 };
const kata = dataset({
  name: "made up",
  run: { config: { guestMemoryExtraMb: 200 } },
  memory: [
    memoryCell({ runtime: "kata", density: 10, component: "qemu-system-x86", mib: 200, beside: 30 }),
    memoryCell({
      runtime: "kata",
      density: 1000,
      component: "qemu-system-x86",
      mib: 120,
      beside: 20,
      availableFallKiB: 200 * 1024 * 1000,
    }),
    memoryCell({ runtime: "kata", density: 1000, memoryMb: 512, component: "qemu-system-x86", mib: 130, beside: 20 }),
  ],
  starts: [
    startCell({ runtime: "kata", concurrency: 10, makespans: rounds(800, 10, "a") }),
    startCell({ runtime: "kata", density: 1000, concurrency: 10, makespans: rounds(1700, 10, "b") }),
    startCell({ runtime: "rund", density: 1000, concurrency: 10, makespans: rounds(200, 10, "c") }),
  ],
});
const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof LabError) return error.code;
    throw error;
  }
  return "no error";
};

test("three models side by side, at the largest density, and the range is the answer", () => {
  const found = capacity(kata, question);
  // 102,400 MiB by 140 (PSS), by 200 (MemAvailable), by 128 + 200 of guest and 20 beside it
  assert.equal(
    found.models.map(({ model, sandboxes }) => [model, sandboxes]),
    [
      ["idle", 731],
      ["host", 512],
      ["committed", 294],
    ],
  );
  assert.equal(found.range, [294, 731]);
  assert.is(found.measuredDensity, 1000);
  assert.is(found.trueGuestMb, 328);
});

test("the reserve is subtracted first", () => {
  const found = capacity(kata, { ...question, reserveBytes: 50 * gib });
  assert.equal(found.range, [147, 365]);
});

test("a model without data has no answer, and gives the reason", () => {
  const found = capacity(kata, { ...question, memoryMb: 512 });
  assert.equal(found.models[1], {
    model: "host",
    perSandboxKiB: null,
    basis: "MemAvailable was not recorded",
    sandboxes: null,
    off: null,
  });
});

test("a guest whose extra memory was not recorded counts by its label", () => {
  const found = capacity(dataset({ memory: [memoryCell({ runtime: "runsc", component: "sandbox", mib: 14 })] }), {
    ...question,
    runtime: "runsc",
  });
  assert.is(found.trueGuestMb, null);
  assert.is(found.models[2]!.perSandboxKiB, (128 + 14) * 1024);
});

test("cold starts are those of the runtime at the densities that were measured, and no others", () => {
  assert.equal(
    capacity(kata, question).startTimes.map(({ density, concurrency, n }) => [density, concurrency, n]),
    [
      [0, 10, 10],
      [1000, 10, 10],
    ],
  );
});

test("nothing is extrapolated: a runtime or a guest memory without data is an error that lists the measured ones", () => {
  assert.is(
    code(() => capacity(kata, { ...question, memoryMb: 256 })),
    "RUND_CAPACITY",
  );
  assert.throws(() => capacity(kata, { ...question, memoryMb: 256 }), /guests of 128, 512 MiB/);
  assert.throws(() => capacity(kata, { ...question, runtime: "rund" }), /memory of kata/);
  assert.throws(() => capacity(dataset(), question), /memory of none/);
});

/** A ramp in which a sandbox more takes 150 MiB, after 1,000 MiB that the first ones pay; its last step failed. */
const ramp = {
  runtime: "kata",
  hostBefore: { memAvailableKiB: 100_000 * 1024 },
  steps: [10, 20, 40, 50].map(density => ({
    density,
    failed: density === 50 ? 3 : 0,
    pssKiB: density * 120 * 1024,
    host: { memAvailableKiB: (100_000 - (density === 50 ? 90_000 : 1_000 + density * 150)) * 1024 },
  })),
} as unknown as FitEvent;

test("a ramp is the best model, and the others state their difference from it", () => {
  const { models, measuredDensity } = capacity(kata, question, [ramp]);
  // by hand: 102,400 MiB by 150; 140, 200 and 348 MiB for a sandbox are 1/15 less, 1/3 more and 1.32 times more
  assert.equal(
    models.map(({ model, sandboxes, off }) => [model, sandboxes, off === null ? null : Math.round(off * 1000)]),
    [
      ["fit", 682, null],
      ["idle", 731, -67],
      ["host", 512, 333],
      ["committed", 294, 1320],
    ],
  );
  assert.is(measuredDensity, 1000);
});

test("without a guest memory only the ramp answers, with its own PSS and decrease of MemAvailable", () => {
  const { models, measuredDensity } = capacity({ ...dataset(), fits: [ramp] }, { ...question, memoryMb: null });
  // by hand: at 40 sandboxes the fall is 1,000 / 40 + 150 = 175 MiB each
  assert.equal(
    models.map(({ model, perSandboxKiB }) => [model, Math.round(perSandboxKiB! / 1024)]),
    [
      ["fit", 150],
      ["idle", 120],
      ["host", 175],
    ],
  );
  assert.is(measuredDensity, 40);
  assert.throws(() => capacity(dataset(), { ...question, memoryMb: null }), /or a ramp of it/);
  // a guest memory that is named must have been measured, ramp or not
  assert.throws(() => capacity(kata, { ...question, memoryMb: 256 }, [ramp]), /guests of 128, 512 MiB/);
});

test("a reserve that leaves nothing is an error", () => {
  assert.is(
    code(() => capacity(kata, { ...question, reserveBytes: 100 * gib })),
    "RUND_CAPACITY",
  );
});

test.run();
