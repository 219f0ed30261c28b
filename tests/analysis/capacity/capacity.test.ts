import { suite } from "uvu";
import * as assert from "uvu/assert";
import { capacity } from "../../../src/analysis/capacity/index.js";
import { LabError } from "../../../src/model/errors.js";
import { dataset, memoryCell, rounds, startCell } from "../synthetic.js";

const test = suite("how many sandboxes a host holds");
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

test("the reserve is taken off first", () => {
  const found = capacity(kata, { ...question, reserveBytes: 50 * gib });
  assert.equal(found.range, [147, 365]);
});

test("a model that the data does not carry has no answer, and says why", () => {
  const found = capacity(kata, { ...question, memoryMb: 512 });
  assert.equal(found.models[1], {
    model: "host",
    perSandboxKiB: null,
    basis: "MemAvailable was not recorded",
    sandboxes: null,
  });
});

test("a guest whose extra memory nobody recorded counts by its label", () => {
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

test("nothing is extrapolated: a runtime or a guest memory without data is an error that names what there is", () => {
  assert.is(
    code(() => capacity(kata, { ...question, memoryMb: 256 })),
    "RUND_CAPACITY",
  );
  assert.throws(() => capacity(kata, { ...question, memoryMb: 256 }), /guests of 128, 512 MiB/);
  assert.throws(() => capacity(kata, { ...question, runtime: "rund" }), /memory of kata/);
  assert.throws(() => capacity(dataset(), question), /memory of none/);
});

test("a reserve that leaves nothing is an error", () => {
  assert.is(
    code(() => capacity(kata, { ...question, reserveBytes: 100 * gib })),
    "RUND_CAPACITY",
  );
});

test.run();
