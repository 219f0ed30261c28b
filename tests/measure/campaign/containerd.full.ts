import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { MemoryEvent } from "../../../src/campaign-files/index.js";
import { type PrivateContainerd, startContainerd } from "../../../src/measure/index.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { assertTablesAsPandas } from "../reference.js";
import { readCampaign } from "./campaigns.js";
import { assertNothingLeft, measureOn } from "./real.js";

const test = suiteNeeding(
  "large campaigns on a real containerd",
  ...[needs.root, needs.containerd, needs.runc, needs.crun, needs.runsc, needs.python],
);
let folder: string;
let containerd: PrivateContainerd;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  containerd = await startContainerd(join(folder, "containerd"));
});
test.after(async () => {
  await containerd.stop();
  rmSync(folder, { recursive: true });
});

const ids = ["runc", "crun", "runsc"];

test("cold starts to concurrency 50, and to 100 with runc: the tables are pandas' tables", async () => {
  const campaign = await measureOn(
    containerd.endpoint,
    [
      { experiment: "time", runtimes: ids, concurrency: [1, 10, 20, 50], rounds: 3 },
      { experiment: "time", runtimes: ["runc"], concurrency: [100], rounds: 3 },
    ],
    { out: folder },
  );
  const tables = await assertTablesAsPandas(campaign);
  assert.equal(
    Object.keys(tables.time!.runc!)
      .map(Number)
      .sort((a, b) => a - b),
    [1, 10, 20, 50, 100],
  );
  for (const { samples } of readCampaign(campaign).rounds) assert.ok(samples.every(({ status }) => status === "ready"));
  await assertNothingLeft(containerd);
});

test("memory to 50 sandboxes: the tables are pandas' tables, and every sandbox has its processes", async () => {
  const wishes = [{ experiment: "memory", runtimes: ids, density: [1, 10, 50], rounds: 2 }] as const;
  const campaign = await measureOn(containerd.endpoint, wishes, { out: folder });
  await assertTablesAsPandas(campaign);
  const snapshots = readCampaign(campaign).events.filter((each): each is MemoryEvent => each.event === "memory");
  assert.is(snapshots.length, 3 * 3 * 2);
  for (const { density, sandboxes, found } of snapshots) assert.equal([sandboxes, found.without], [density, 0]);
  await assertNothingLeft(containerd);
});

test("300 background sandboxes with 20 concurrent on top, without an error, and everything gone afterwards", async () => {
  const wishes = [{ experiment: "density", runtimes: ["runc"], density: [300], concurrency: [20], rounds: 3 }] as const;
  const campaign = await measureOn(containerd.endpoint, wishes, { out: folder });
  const { rounds } = readCampaign(campaign);
  assert.equal(
    rounds.map(({ background }) => background),
    Array(3).fill({ before: 300, after: 300, topUps: 0 }),
  );
  for (const { samples } of rounds) assert.ok(samples.every(({ status }) => status === "ready"));
  await assertTablesAsPandas(campaign);
  await assertNothingLeft(containerd);
});

test.run();
