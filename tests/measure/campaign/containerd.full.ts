import * as assert from "uvu/assert";
import type { MemoryEvent } from "../../../src/campaign-files/index.js";
import { needs } from "../../support/needs.js";
import { assertTablesAsPandas } from "../reference.js";
import { readCampaign } from "./campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "./real.js";

const { test, own } = suiteOnContainerd(
  "large campaigns on a real containerd",
  ...[needs.runc, needs.crun, needs.runsc, needs.python],
);

const ids = ["runc", "crun", "runsc"];

test("cold starts up to concurrency 50, and up to 100 with runc: the tables equal those of pandas", async () => {
  const campaign = await measureOn(
    own.containerd.endpoint,
    [
      { experiment: "time", runtimes: ids, concurrency: [1, 10, 20, 50], rounds: 3 },
      { experiment: "time", runtimes: ["runc"], concurrency: [100], rounds: 3 },
    ],
    { out: own.folder },
  );
  const tables = await assertTablesAsPandas(campaign);
  assert.equal(
    Object.keys(tables.time!.runc!)
      .map(Number)
      .sort((a, b) => a - b),
    [1, 10, 20, 50, 100],
  );
  for (const { samples } of readCampaign(campaign).rounds) assert.ok(samples.every(({ status }) => status === "ready"));
  await assertNothingLeft(own.containerd);
});

test("memory up to 50 sandboxes: the tables equal those of pandas, and every sandbox has its processes", async () => {
  const wishes = [{ experiment: "memory", runtimes: ids, density: [1, 10, 50], rounds: 2 }] as const;
  const campaign = await measureOn(own.containerd.endpoint, wishes, { out: own.folder });
  await assertTablesAsPandas(campaign);
  const snapshots = readCampaign(campaign).events.filter((each): each is MemoryEvent => each.event === "memory");
  assert.is(snapshots.length, 3 * 3 * 2);
  for (const { density, sandboxes, found } of snapshots) assert.equal([sandboxes, found.without], [density, 0]);
  await assertNothingLeft(own.containerd);
});

test("300 background sandboxes with 20 concurrent ones on top run without an error, and all are removed afterwards", async () => {
  const wishes = [{ experiment: "density", runtimes: ["runc"], density: [300], concurrency: [20], rounds: 3 }] as const;
  const campaign = await measureOn(own.containerd.endpoint, wishes, { out: own.folder });
  const { rounds } = readCampaign(campaign);
  assert.equal(
    rounds.map(({ background }) => background),
    Array(3).fill({ before: 300, after: 300, topUps: 0 }),
  );
  for (const { samples } of rounds) assert.ok(samples.every(({ status }) => status === "ready"));
  await assertTablesAsPandas(campaign);
  await assertNothingLeft(own.containerd);
});

test.run();
