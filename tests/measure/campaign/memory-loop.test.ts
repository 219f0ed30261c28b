import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { memoryTables } from "../../../src/analysis/tables/index.js";
import type { MemoryEvent } from "../../../src/campaign-files/index.js";
import { parseSmemTable } from "../../../src/logs/index.js";
import { labelNames } from "../../../src/measure/cri/labels.js";
import type { MemoryTools } from "../../../src/measure/experiments/visit.js";
import { summariseCells } from "../../../src/measure/index.js";
import { LabError } from "../../../src/model/errors.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, planOf } from "./campaigns.js";
import { FakeCri, type Start } from "./fake-cri.js";
import { VirtualClock } from "./virtual-clock.js";

const test = suite("the memory experiment");

/** Memory of a shim of 3,000 KiB for each sandbox asked about, times what `growth` says of the n-th reading. */
function fakeMemory(
  cri: FakeCri,
  growth: (reading: number) => number = () => 1,
): MemoryTools & { readonly asked: string[][] } {
  const asked: string[][] = [];
  return {
    ...fakeTools(cri).memory,
    asked,
    snapshot(_, ids) {
      asked.push([...ids]);
      const pssKiB = Math.round(3000 * growth(asked.length));
      const sizes = { ussKiB: 1000, pssKiB, rssKiB: 90_000, vssKiB: 1_000_000 };
      const n = ids.length;
      return {
        processes: ids.map(() => ({ name: "containerd-shim", ...sizes })),
        components: [
          {
            component: "shim",
            processes: n,
            ussKiB: n * 1000,
            pssKiB: n * pssKiB,
            rssKiB: n * 90_000,
            vssKiB: n * 1_000_000,
            swapPssKiB: 0,
            hugetlbKiB: 0,
          },
        ],
        found: { bySandbox: n, byPattern: n, onlyBySandbox: 0, onlyByPattern: 0, vanished: 0, without: 0 },
      };
    },
  };
}

const scripted = (start: (sandbox: number) => Start) => {
  let count = 0;
  return new FakeCri(new VirtualClock(), () => start(++count));
};
const snapshots = (events: readonly { event: string }[]) =>
  events.filter(each => each.event === "memory") as MemoryEvent[];

test("the sandboxes of a cell are started, read when memory has settled, and all removed", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 40 }));
    // still growing by 2 % between the second and the third reading, then by less than 1 %
    const memory = fakeMemory(cri, reading => [1, 1.5, 1.53, 1.531][reading - 1] ?? 1.531);
    const plan = planOf({ experiment: "memory", density: [25], rounds: 1 });
    const { events, read } = await campaignIn(folder, plan, fakeTools(cri, { memory }));
    const [snapshot] = snapshots(events);
    assert.is(snapshot!.sandboxes, 25);
    assert.equal(snapshot!.settle, { ms: 6000, reached: true });
    const { rows } = parseSmemTable(read("mem_runc_01311200/result_128MB_0025.txt"));
    assert.is(rows.length, 25);
    assert.is(
      rows.reduce((sum, { pssKiB }) => sum + pssKiB, 0),
      25 * 4593,
    );
    assert.is(cri.sandboxes.size, 0);
    assert.equal(new Set(cri.requests.map(({ labels }) => labels[labelNames.role])), new Set(["background"]));
  }));

test("at most ten sandboxes are started at once", () =>
  inTempFolder(async folder => {
    let running = 0;
    let most = 0;
    const cri = scripted(() => ({ ms: 40 }));
    const start = cri.runPodSandbox.bind(cri);
    cri.runPodSandbox = async (...words) => {
      most = Math.max(most, ++running);
      return start(...words).finally(() => running--);
    };
    await campaignIn(
      folder,
      planOf({ experiment: "memory", density: [25] }),
      fakeTools(cri, { memory: fakeMemory(cri) }),
    );
    assert.is(most, 10);
  }));

test("memory that never settles is read after a minute, and marked as not settled", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 1 }));
    const memory = fakeMemory(cri, reading => 1 + reading / 10);
    const { events } = await campaignIn(
      folder,
      planOf({ experiment: "memory", density: [1] }),
      fakeTools(cri, { memory }),
    );
    assert.equal(snapshots(events)[0]!.settle, { ms: 60_000, reached: false });
    assert.is(summariseCells(events)[0]!.settled, false);
  }));

/** What the table sums to, over what the journal divides by. */
const perSandbox = ({ sandboxes }: MemoryEvent, table: string) =>
  parseSmemTable(table).rows.reduce((sum, { pssKiB }) => sum + pssKiB, 0) / sandboxes;

test("memory is divided by the number of running sandboxes, not of requested ones", () =>
  inTempFolder(async folder => {
    // the third never starts, and of the others the last dies while memory settles
    const cri = scripted(sandbox => (sandbox === 3 ? { ms: 1, fails: "other" } : { ms: 1 }));
    const memory = fakeMemory(cri);
    const read = memory.snapshot.bind(memory);
    memory.snapshot = (...words) => {
      if (memory.asked.length === 1) cri.kill(words[1][4]!);
      return read(...words);
    };
    const plan = planOf({ experiment: "memory", density: [6] });
    const { events, read: file } = await campaignIn(folder, plan, fakeTools(cri, { memory }));
    const [snapshot] = snapshots(events);
    assert.equal([snapshot!.attempted, snapshot!.failed, snapshot!.sandboxes], [6, 1, 4]);
    const [cell] = summariseCells(events);
    assert.equal([cell!.sandboxes, cell!.pssKiB, cell!.settled], [4, 3000, true]);
    assert.is(perSandbox(snapshot!, file("mem_runc_01311200/result_128MB_0006.txt")), 3000);
  }));

test("a table reports a cell with another number of sandboxes than its column, and leaves a cell empty whose snapshot the journal lacks", () =>
  inTempFolder(async folder => {
    // of six the third never starts; a crash then comes between a second cell's file and its line in the journal
    const cri = scripted(sandbox => (sandbox === 3 ? { ms: 1, fails: "other" } : { ms: 1 }));
    const plan = planOf({ experiment: "memory", density: [6] });
    await campaignIn(folder, plan, fakeTools(cri, { memory: fakeMemory(cri) }));
    const run = join(folder, "mem_runc_01311200");
    copyFileSync(join(run, "result_128MB_0006.txt"), join(run, "result_128MB_0009.txt"));
    const dataset = await loadDataset(folder);
    assert.equal(
      dataset.problems.map(({ file, code, expected, found }) => [basename(file), code, expected, found]),
      [
        ["result_128MB_0006.txt", "RUND_MEMORY_SANDBOXES", "6 sandboxes", "5"],
        ["result_128MB_0009.txt", "RUND_MEMORY_SANDBOXES", "9 sandboxes", "no snapshot in the journal"],
      ],
    );
    const [table] = memoryTables(dataset);
    assert.equal(table!.rows, [{ row: "128", values: [3000, null] }]);
  }));

test("a sandbox that dies during the reading is left out of both the sum and the divisor", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 1 }));
    const memory = fakeMemory(cri);
    const read = memory.snapshot.bind(memory);
    memory.snapshot = (...words) => {
      const whole = read(...words);
      // the first two readings are the settle rule's; in the third a sandbox is read, then dies
      if (memory.asked.length === 3) cri.kill(words[1][0]!);
      return whole;
    };
    const plan = planOf({ experiment: "memory", density: [4] });
    const { events, read: file } = await campaignIn(folder, plan, fakeTools(cri, { memory }));
    const [snapshot] = snapshots(events);
    assert.is(snapshot!.sandboxes, 3);
    assert.is(perSandbox(snapshot!, file("mem_runc_01311200/result_128MB_0004.txt")), 3000);
  }));

/** Memory in which the first sandbox has no process; the service notices that it is dead at the `noticed`-th reading. */
function losingTheFirst(cri: FakeCri, noticed: number): MemoryTools {
  const memory = fakeMemory(cri);
  return {
    ...memory,
    snapshot(runtime, ids, cell) {
      const alive = ids.filter(id => id !== "id0001");
      const { found, ...rest } = memory.snapshot(runtime, alive, cell);
      if (memory.asked.length === noticed) cri.kill("id0001");
      return { ...rest, found: { ...found, without: ids.length - alive.length } };
    },
  };
}

for (const [when, noticed, without] of [
  ["once the service notices that it is dead", 4, 0],
  ["even if the service never notices", Number.POSITIVE_INFINITY, 1],
] as const) {
  test(`a sandbox without processes is no divisor, ${when}`, () =>
    inTempFolder(async folder => {
      const cri = scripted(() => ({ ms: 1 }));
      const plan = planOf({ experiment: "memory", density: [4] });
      const { events, read } = await campaignIn(folder, plan, fakeTools(cri, { memory: losingTheFirst(cri, noticed) }));
      const [snapshot] = snapshots(events);
      assert.equal([snapshot!.sandboxes, snapshot!.found.without], [3, without]);
      assert.is(perSandbox(snapshot!, read("mem_runc_01311200/result_128MB_0004.txt")), 3000);
    }));
}

test("if all sandboxes exit before they are read, the snapshot is an error", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 1 }));
    const memory = fakeMemory(cri);
    const read = memory.snapshot.bind(memory);
    memory.snapshot = (...words) => {
      for (const id of words[1]) cri.kill(id);
      return read(...words);
    };
    const { error } = await campaignIn(
      folder,
      planOf({ experiment: "memory", density: [2] }),
      fakeTools(cri, { memory }),
    );
    assert.match((error as LabError).message, /expected 2 sandboxes ready, found none \(each ended\)/);
  }));

test("if no sandbox starts, the snapshot is an error with the reason", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 1, fails: "other" }));
    const { error } = await campaignIn(folder, planOf({ experiment: "memory", density: [2] }), fakeTools(cri));
    assert.ok(error instanceof LabError);
    assert.match(
      error.message,
      /runc: no sandbox stayed ready to be measured: expected 2 sandboxes ready, found none \(fake: it is other\)/,
    );
  }));

test("the summary contains the host's memory per sandbox, and the kernel's part of it", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 1 }));
    const before = { ...fakeTools(cri).memory.host(), memAvailableKiB: 90_000, cpuListsKiB: 10_000 };
    // ten sandboxes: 30,000 KiB less available, and 10,000 free pages less in the lists
    const after = { ...before, memAvailableKiB: 60_000, cpuListsKiB: 0, slabKiB: 2000, pageTablesKiB: 1000 };
    let reading = 0;
    const memory = { ...fakeMemory(cri), host: () => (reading++ === 0 ? before : after) };
    const plan = planOf({ experiment: "memory", density: [10] });
    const [cell] = summariseCells((await campaignIn(folder, plan, fakeTools(cri, { memory }))).events);
    assert.equal([cell!.hostKiB, cell!.kernelKiB], [4000, 300]);
  }));

test("each repeat starts from an empty machine and has its own run folder", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 1 }));
    const plan = planOf({ experiment: "memory", density: [1, 2], rounds: 3 });
    const { events, read } = await campaignIn(folder, plan, fakeTools(cri, { memory: fakeMemory(cri) }));
    const runs = ["mem_runc_01311200", "mem_runc_01311201", "mem_runc_01311202"];
    assert.equal(
      JSON.parse(read("run.json")).runs.map((run: { run: string }) => run.run),
      runs,
    );
    assert.equal(
      snapshots(events).map(({ run, density, sandboxes }) => [run, density, sandboxes]),
      runs.flatMap(run => [
        [run, 1, 1],
        [run, 2, 2],
      ]),
    );
    assert.is(cri.requests.length, 9);
  }));

test("a guest's true memory is recorded beside the label", () =>
  inTempFolder(async folder => {
    const cri = scripted(() => ({ ms: 1 }));
    const plan = planOf({ experiment: "memory", runtimes: ["kata", "runc"], density: [1], memory: [256] });
    const { events } = await campaignIn(folder, plan, fakeTools(cri, { memory: fakeMemory(cri) }));
    assert.equal(
      snapshots(events).map(({ runtime, memoryMb, guestMemoryMb }) => [runtime, memoryMb, guestMemoryMb]),
      [
        ["kata", 256, 456],
        ["runc", 256, null],
      ],
    );
  }));

test.run();
