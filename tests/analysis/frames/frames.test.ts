import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judgeAll, paperClaims } from "../../../src/analysis/claims/index.js";
import { type Dataset, loadDataset, recordedCampaign } from "../../../src/analysis/datasets/index.js";
import {
  claimsFrame,
  type DataFrame,
  hostMemoryFrame,
  memoryFrame,
  memoryPartsFrame,
  pivot,
  roundsFrame,
  runsFrame,
  startsFrame,
} from "../../../src/analysis/frames/index.js";
import type { LabError } from "../../../src/model/errors.js";
import { dataset, memoryCell, startCell } from "../../present/figures/dataset.js";

const test = suite("tidy frames");

const row = (frame: DataFrame, at: number) =>
  Object.fromEntries(frame.columns.map((column, place) => [column, (frame.values[at] as unknown[])[place]]));

test("rounds: one row each, runtimes in their usual order, CPU per sandbox in ms", async () => {
  const cell = startCell("kata", 10, [400, 420]);
  const own = { ...cell, rounds: cell.rounds.map(round => ({ ...round, busyJiffies: round.round === 1 ? 13 : null })) };
  const frame = await roundsFrame([dataset("mine", { starts: [startCell("rund", 1, [80]), own] })]);
  assert.is(frame.shape[0], 3);
  const { dataset: name, runtime, label, concurrency, round, makespan_ms, cpu_ms } = row(frame, 0);
  // 13 jiffies of 10 ms, by 10 sandboxes
  assert.equal(
    [name, runtime, label, concurrency, round, makespan_ms, cpu_ms],
    ["mine", "kata", "Kata-QEMU", 10, 1, 400, 13],
  );
  assert.ok(Number.isNaN(row(frame, 1).cpu_ms));
  assert.is(row(frame, 2).runtime, "rund");
  assert.equal(frame.dtypes.slice(0, 7), ["string", "string", "string", "string", "string", "int32", "int32"]);
});

const means = async (frame: DataFrame, keys: readonly string[], value: string) =>
  frame
    .groupby([...keys])
    .col([value])
    .mean();

for (const name of ["paper_data", "ae_data"]) {
  test(`${name}: groupby and mean of its rounds and snapshots give every published cell, to the last bit`, async () => {
    const data = await loadDataset(name);
    const rounds = await roundsFrame([data]);
    const starts = await means(rounds, ["experiment", "runtime", "density", "concurrency"], "makespan_ms");
    const memory = await means(await memoryFrame([data]), ["runtime", "memory_mb", "density"], "pss_kib");
    const cells = new Map(
      [...starts.values, ...memory.values].map(own => {
        const [value, ...key] = [...(own as unknown[])].reverse();
        return [key.reverse().join("/"), value];
      }),
    );
    for (const { table, row: place, column, value } of data.published) {
      const [kind, runtime] = table.split("_");
      if (kind === "cpu") continue;
      const key =
        kind === "time"
          ? ["time", place, 0, column]
          : kind === "mem"
            ? [runtime, place, column]
            : ["density", runtime, place, column];
      assert.is(cells.get(key.join("/")), value, `${table} ${place} ${column}`);
    }
  });
}

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

test("memory: PSS, its parts and the host's counters, each divided by the number of running sandboxes", async () => {
  // at density 100 two repeats, of which one lost half of its sandboxes
  const memory = [snapshot(1, 9, 9), snapshot(100, 4000, 700_000), snapshot(100, 5000, 400_000, 50)];
  const data = dataset("mine", { memory });
  const frame = await hostMemoryFrame([data]);
  const host = frame.query(frame["density"].eq(100)).groupby(["runtime"]);
  assert.equal(host.col(["pss_kib"]).mean().values, [["runsc", 6500]]);
  assert.equal(host.agg({ slab_kib: "mean", available_fall_kib: ["min", "max"] }).values, [["runsc", 300, 7000, 8000]]);
  const parts = await means(await memoryPartsFrame([data]), ["density", "part"], "pss_kib");
  const table = await pivot(parts, { index: "density", columns: "part", values: "pss_kib_mean" });
  assert.equal(table.values.at(-1), [100, 4500, 2000]);
});

test("memory: a snapshot that could not be read has no PSS, and one without a journal no row for the host", async () => {
  const empty = { ...memoryCell("rund", 128, 10, 1000), components: [] };
  const frame = await memoryFrame([dataset("mine", { memory: [empty, memoryCell("rund", 128, 100, 2000)] })]);
  assert.ok(Number.isNaN(row(frame, 0).pss_kib));
  assert.is(row(frame, 1).pss_kib, 20);
  assert.is((await hostMemoryFrame([dataset("mine", { memory: [empty] })])).shape[0], 0);
});

test("the parts of the recorded campaign add up to its PSS", async () => {
  const data = await loadDataset(recordedCampaign);
  const key = ["run", "runtime", "density"];
  const sums = (await memoryPartsFrame([data])).groupby(key).col(["pss_kib"]).sum();
  const whole = (await memoryFrame([data])).groupby(key).col(["pss_kib"]).sum();
  assert.is(sums.shape[0], 27);
  sums.values.forEach((own, at) => {
    const [name, other] = [own as unknown[], whole.values[at] as unknown[]];
    assert.equal(name.slice(0, 3), other.slice(0, 3));
    assert.ok(Math.abs(Number(name[3]) - Number(other[3])) < 1e-6);
  });
});

test("starts: the cold starts of a campaign, as many as in samples.csv, and their times give each round's makespan", async () => {
  const data = await loadDataset(recordedCampaign);
  const frame = await startsFrame(data);
  // wc -l samples.csv, less the header; the campaign has no warm-up
  assert.equal([frame.shape[0], new Set(frame["outcome"].values).size], [5190, 1]);
  const slowest = frame.groupby(["runtime", "density", "concurrency"]).agg({ latency_ms: "max" });
  assert.is(
    slowest.shape[0],
    new Set(data.starts.map(cell => `${cell.runtime}/${cell.density}/${cell.concurrency}`)).size,
  );
});

test("starts: distilled files contain none, and the error says where to get them", async () => {
  try {
    await startsFrame(await loadDataset("paper_data"));
    assert.unreachable();
  } catch (error) {
    assert.equal([(error as LabError).code, (error as LabError).exitCode], ["RUND_NO_STARTS", 4]);
  }
});

test("claims: a row per reading; one reading decides each claim", async () => {
  const data = await loadDataset("paper_data");
  const verdicts = judgeAll(paperClaims, { dataset: data, baseline: data });
  const frame = await claimsFrame(verdicts);
  const deciding = frame.query(frame["decides"]);
  assert.equal(
    deciding["claim"].values,
    paperClaims.map(({ id }) => id),
  );
  assert.equal(
    deciding["verdict"].values,
    verdicts.map(({ verdict }) => verdict),
  );
  const { verdict, bound, claimed, measured, unit, n } = row(deciding, 0);
  // the abstract's claim, and the published cell
  assert.equal([verdict, bound, claimed, measured, unit, n], ["contradicted", "under", 1000, 1084.72, "ms", 50]);
});

test("runs: a row each, with their software", async () => {
  const frame = await runsFrame([await loadDataset("ae_data")]);
  assert.equal(frame["runtime"].values, ["rund", "rund", "rund"]);
  assert.equal(frame["cells"].values, [16, 36, 8]);
});

test("frames without rows have their columns", async () => {
  const nothing: Dataset = dataset("nothing", {});
  for (const frame of [
    await roundsFrame([nothing]),
    await memoryFrame([]),
    await memoryPartsFrame([nothing]),
    await claimsFrame([]),
  ]) {
    assert.is(frame.shape[0], 0);
    assert.ok(frame.columns.includes("dataset"));
  }
});

test.run();
