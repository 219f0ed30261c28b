import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset, recordedCampaign } from "../../../src/analysis/datasets/index.js";
import { hostMemoryRows, memoryPartRows } from "../../../src/present/notebook/memory-rows.js";
import { dataset, memoryCell } from "../figures/dataset.js";

const test = suite("memory beyond PSS, as rows");

/** A snapshot of so many sandboxes, each with a shim of 2,000 KiB and a gofer of what is given. */
const snapshot = (density: number, goferKiB: number, availableFallKiB: number, there = density) => ({
  ...memoryCell("runsc", 128, density, there * (2000 + goferKiB)),
  sandboxes: there,
  journal: {
    parts: [
      { part: "gofer", pssKiB: there * goferKiB },
      { part: "shim", pssKiB: there * 2000 },
    ],
    host: {
      availableFallKiB,
      slabKiB: there * 300,
      pageTablesKiB: there * 20,
      kernelStackKiB: there * 10,
      percpuKiB: -1,
    },
    enginePssKiB: null,
  },
});

test("parts and the host's accounts are means over the repeats at the largest density, by the sandboxes that are there", () => {
  // at density 100 two repeats, of which one lost half of its sandboxes
  const memory = [snapshot(1, 9, 9), snapshot(100, 4000, 700_000), snapshot(100, 5000, 400_000, 50)];
  const place = { runtime: "gVisor", memory: 128, density: 100, repeats: 2 };
  assert.equal(memoryPartRows([dataset("mine", { memory })]), [{ ...place, PSS: 6500, gofer: 4500, shim: 2000 }]);
  assert.equal(hostMemoryRows([dataset("mine", { memory })]), [
    {
      ...{ ...place, PSS: 6500, slab: 300, "page tables": 20, "kernel stacks": 10, "per-CPU data": 0, together: 6830 },
      ...{ "fall of MemAvailable": 7500, lowest: 7000, highest: 8000 },
    },
  ]);
});

test("a part that a runtime lacks is empty, and cells without a journal have no row", () => {
  const runc = { ...snapshot(100, 0, 0), runtime: "runc" };
  const shim = { ...runc, journal: { ...runc.journal, parts: runc.journal.parts.slice(1) } };
  const memory = [snapshot(100, 1, 0), shim, memoryCell("rund", 128, 100, 20)];
  assert.equal(
    memoryPartRows([dataset("mine", { memory })]).map(({ runtime, gofer }) => [runtime, gofer]),
    [
      ["gVisor", 1],
      ["runc", null],
    ],
  );
});

test("the parts of the recorded campaign add up to its PSS, each to the KiB", async () => {
  for (const { PSS, pause, shim, gofer, sandbox, other } of memoryPartRows([await loadDataset(recordedCampaign)])) {
    const sum = [pause, shim, gofer, sandbox, other].reduce((total: number, part) => total + Number(part ?? 0), 0);
    assert.ok(Math.abs(Number(PSS) - sum) <= 2, `${PSS} ${sum}`);
  }
});

test.run();
