import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ExperimentWishes } from "../../../src/measure/experiments/settings.js";
import { runtimes } from "../../../src/measure/index.js";
import { readCampaignFile } from "../../../src/measure/plan/campaign-file.js";
import { visits } from "../../../src/measure/plan/order.js";
import { makePlan } from "../../../src/measure/plan/plan.js";
import { experimentSettings, settingsDigest } from "../../../src/measure/plan/settings.js";
import { LabError } from "../../../src/model/errors.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";
import { planOf } from "../campaign/campaigns.js";

const test = suite("plans");
const settings = experimentSettings({
  experiment: "time",
  runtimes: ["runc", "crun", "runsc"],
  concurrency: [1, 10, 20],
  rounds: 12,
  blocks: 5,
  seed: 7,
});

test("each block visits every runtime and cell once, in a different order", () => {
  const slots = visits(settings, settings.runtimes, 0);
  const orders = [1, 2, 3, 4, 5].map(block =>
    slots.filter(slot => slot.block === block).map(({ runtime, concurrency }) => `${runtime} ${concurrency}`),
  );
  for (const order of orders) assert.equal([...order].sort(), [...orders[0]!].sort());
  assert.is(orders[0]!.length, 9);
  assert.is(new Set(orders.map(order => order.join())).size, 5);
});

test("the rounds of a cell are divided among the blocks, each once", () => {
  const slots = visits(settings, settings.runtimes, 0).filter(
    slot => slot.runtime === "runc" && slot.concurrency === 10,
  );
  assert.equal(
    slots.map(({ rounds }) => rounds),
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8],
      [9, 10],
      [11, 12],
    ],
  );
});

test("the order depends on the seed alone", () => {
  const order = (seed: number) =>
    visits({ ...settings, seed }, settings.runtimes, 0).map(slot => Object.values(slot).join());
  assert.equal(order(7), order(7));
  assert.not.equal(order(7), order(8));
});

test("over many blocks every cell comes early as often as late in a block", () => {
  const slots = visits({ ...settings, rounds: 900, blocks: 900 }, settings.runtimes, 0);
  const places = new Map<string, number>();
  for (const { runtime, concurrency, position } of slots) {
    const cell = `${runtime} ${concurrency}`;
    places.set(cell, (places.get(cell) ?? 0) + position);
  }
  // the mean of 900 places from 1 to 9 has a standard deviation of 0.086
  for (const sum of places.values()) assert.ok(Math.abs(sum / 900 - 5) < 0.4, String(sum / 900));
});

test("grid order measures one cell after another, in one block", () => {
  const grid = experimentSettings({
    experiment: "time",
    runtimes: ["runc", "crun"],
    concurrency: [1, 10],
    rounds: 3,
    order: "grid",
  });
  assert.equal(
    visits(grid, grid.runtimes, 0).map(({ runtime, concurrency, rounds }) => [runtime, concurrency, rounds.length]),
    [
      ["runc", 1, 3],
      ["runc", 10, 3],
      ["crun", 1, 3],
      ["crun", 10, 3],
    ],
  );
});

test("the paper's time campaign has 32 cells, and starts each client of its rounds and one prewarm for each visit", () => {
  const concurrency = [1, 10, 20, 50, 100, 200, 300, 400];
  const plan = planOf({
    experiment: "time",
    runtimes: ["kata", "katatemplate", "rund", "katafc"],
    concurrency,
    rounds: 50,
    blocks: 5,
    order: "shuffled",
  });
  assert.is(plan.cells, 32);
  // 50 rounds of 1,081 clients by four runtimes, and one prewarm for each of 5 × 32 visits
  assert.is(plan.sandboxes, 50 * 1081 * 4 + 160);
});

test("runtimes on another snapshotter are measured in a separate part, which the plan lists as a confound", () => {
  const plan = planOf({ experiment: "time", runtimes: ["kata", "katafc", "rund"], order: "shuffled" });
  assert.equal(
    plan.experiments[0]!.parts.map(part => part.runtimes.map(({ id }) => id)),
    [["kata", "rund"], ["katafc"]],
  );
  assert.ok(
    plan.confounds.some(text => /kata, rund on overlayfs; katafc on devmapper/.test(text)),
    plan.confounds.join("\n"),
  );
});

test("the expected time uses recorded makespans if there are any", () => {
  const wishes: ExperimentWishes = { experiment: "time", runtimes: ["runc"], concurrency: [100], rounds: 10 };
  const settings = { name: null, experiments: [experimentSettings(wishes)], custom: [] };
  const seconds = (ms: number) => makePlan(settings, { runtimes, limits: null, makespanMs: () => ms }).expectedSeconds;
  assert.is(seconds(61_000) - seconds(1_000), 600);
});

test("idle guests count with their recorded memory, and their full memory is counted separately", () => {
  const experiments = [
    experimentSettings({ experiment: "memory", runtimes: ["katafc"], density: [1, 100], memory: [4096] }),
  ];
  const settings = { name: null, experiments, custom: [] };
  const { needs } = makePlan(settings, { runtimes, limits: null, idleMiB: (_, memoryMb) => memoryMb! / 32 });
  // 128 MiB and 16 of the kernel's; 4096 + 160 of the guest's and 40 of the VMM's
  assert.equal([needs.memoryMiB, needs.committedMiB], [100 * (128 + 16), 100 * (4096 + 160 + 40)]);
});

test("a plan that does not fit lists the reasons", () => {
  const experiments = [
    experimentSettings({ experiment: "density", runtimes: ["runc"], density: [1000], concurrency: [200] }),
  ];
  const limits = { memAvailableMiB: 500, pids: { free: 4000, limit: 4194, by: "/sys/fs/cgroup/pids/ci" } };
  const plan = makePlan({ name: null, experiments, custom: [] }, { runtimes, limits });
  assert.not.ok(plan.fits);
  assert.match(plan.why[0]!, /memory, and 500 MiB are available/);
  assert.match(plan.why[1]!, /pids, and \/sys\/fs\/cgroup\/pids\/ci leaves 4000 of 4194/);
});

test("settings that are out of range, repeated, or not of the experiment are refused by name", () => {
  const wrong: readonly [ExperimentWishes, RegExp][] = [
    [
      { experiment: "time", runtimes: ["runc"], concurrency: [0] },
      /concurrency: expected a whole number from 1 to 10000, found 0/,
    ],
    [{ experiment: "time", runtimes: ["runc"], concurrency: [1e9] }, /found 1000000000/],
    [{ experiment: "time", runtimes: ["runc"], concurrency: [10, 10] }, /each value once, found 10 twice/],
    [{ experiment: "time", runtimes: ["runc"], rounds: 1.5 }, /rounds: .*found 1.5/],
    [{ experiment: "time", runtimes: ["runc"], density: [5] }, /the time experiment has no density/],
    [{ experiment: "memory", runtimes: ["runc"], concurrency: [5] }, /the memory experiment has no concurrency/],
    [{ experiment: "time", runtimes: ["runc", "runc"] }, /runc twice/],
    [{ experiment: "time" }, /no runtime is named/],
  ];
  for (const [wishes, message] of wrong)
    assert.throws(
      () => experimentSettings(wishes),
      (error: LabError) => error.kind === "usage" && message.test(error.message),
    );
});

test("a plan's digest does not depend on the order of its keys, and changes with any value", () => {
  const { order, ...rest } = settings;
  assert.is(settingsDigest(settings), settingsDigest({ ...rest, order }));
  assert.not.equal(settingsDigest(settings), settingsDigest({ ...settings, rounds: 13 }));
});

const file = `name: small
runtimes: [runc, crun]
experiments:
  - experiment: time
    concurrency: [1, 10]
    rounds: 4
  - experiment: memory
    density: [5]
    runtimes: [runsc]
`;

test("a campaign file contains several experiments, each with its own runtimes or those of the file", () =>
  inTempFolder(folder => {
    writeFiles(folder, { "small.yaml": file });
    const { name, experiments } = readCampaignFile(join(folder, "small.yaml"));
    assert.is(name, "small");
    assert.equal(
      experiments.map(each => [each.experiment, each.runtimes]),
      [
        ["time", ["runc", "crun"]],
        ["memory", ["runsc"]],
      ],
    );
  }));

test("a mistake in a campaign file is reported with its line, and a misspelt key with the nearest one", () =>
  inTempFolder(folder => {
    const wrong: readonly [string, RegExp, RegExp?][] = [
      [file.replace("rounds: 4", "ruonds: 4"), /:6: unknown key "ruonds"/, /did you mean rounds\?/],
      [file.replace("[1, 10]", "[1, ten]"), /:5: experiments\.0\.concurrency\.1: /],
      [file.replace("[1, 10]", "[0]"), /:5: /],
      [
        file.replace("[1, 10]", "[1, 10, 1]"),
        /:5: experiments\.0\.concurrency\.2: expected each value once, found 1 twice/,
      ],
      [file.replace("[runsc]", "[runsc, runsc]"), /: expected each value once, found runsc twice/],
      [
        file.replace("concurrency: [1, 10]", "density: [10]"),
        /:5: .* the time experiment has no density; its grid is concurrency; density belongs to memory, density, cgroups, fit/,
      ],
      [file.replace("experiment: time", "experiment: speed"), /:4: /],
      [file.replace("name: small", "name: ../small"), /:1: name: expected letters/],
      ["name: [", /:1: not valid YAML/],
      ["", /campaign\.yaml/],
    ];
    for (const [text, message, hint] of wrong) {
      writeFiles(folder, { "campaign.yaml": text });
      try {
        readCampaignFile(join(folder, "campaign.yaml"));
        assert.unreachable(text);
      } catch (error) {
        assert.ok(error instanceof LabError, String(error));
        assert.is(error.code, "RUND_CAMPAIGN_FILE");
        assert.match(error.message, message);
        if (hint !== undefined) assert.match(error.hint ?? "", hint);
      }
    }
  }));

test("a plan counts the pids while all clients start, because runc then has threads of its own", () => {
  const pidsOf = (runtime: string, concurrency: number) =>
    planOf({ experiment: "time", runtimes: [runtime], concurrency: [concurrency], rounds: 1 }).needs.pids;
  // measured with containerd 1.6.20: 24 starts of runc reach 23.5 tasks each, 12.9 when they stand; 24 of gVisor 44.6
  assert.is(pidsOf("runc", 24), 24 * 26);
  assert.ok(pidsOf("runc", 24) >= 24 * 23.5);
  assert.ok(pidsOf("runsc", 24) >= 24 * 44.6);
});

test.run();
