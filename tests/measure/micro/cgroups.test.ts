import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { removeParents } from "../../../src/measure/campaign/clear-after.js";
import { CampaignGroups } from "../../../src/measure/micro/campaign-groups.js";
import { removeTree } from "../../../src/measure/micro/cgroup-tree.js";
import { startSleepers } from "../../../src/measure/micro/sleepers.js";
import { LabError } from "../../../src/model/errors.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { groupsOf, mounted, needsVariant, variantOf } from "./groups.js";

const v1 = suiteNeeding("control groups v1", needs.root, needsVariant("v1"));

for (const [id, made, gone] of [
  ["v1", "mkdir", "rmdir"],
  ["v1pool", "rename", "rename"],
] as const) {
  v1(
    `${id}: 3 threads make the groups of 20 containers beside 4 existing ones; each operation is timed, and nothing is left behind`,
    async () => {
      const label = `test-${id}-${process.pid}`;
      const groups = new CampaignGroups(label, mounted);
      try {
        await groups.prepare({ variant: variantOf(id), threads: 3 }, 4);
        const standing = groupsOf(label).map(path => readdirSync(path).filter(name => name.startsWith("e")).length);
        assert.equal(standing, Array(variantOf(id).hierarchies(mounted).length).fill(4));
        const members = groupsOf(label).map(path => readFileSync(join(path, "e00001/cgroup.procs"), "utf8").trim());
        assert.is(new Set(members).size, 1, "the first standing container has one process, in every hierarchy");
        const { phases, harness } = await groups.measure({ variant: variantOf(id), threads: 3, containers: 20 });
        assert.equal(
          phases.map(({ operation }) => operation),
          [made, "attach", gone],
        );
        for (const { totalMs, us } of phases) {
          assert.is(us.length, 20);
          assert.ok(Math.max(...us) / 1000 <= totalMs, "no operation takes longer than the phase");
          assert.ok(Math.min(...us) > 0);
        }
        assert.ok(harness.totalMs > 0, "the harness's own time is measured, too");
      } finally {
        await groups.clear();
      }
      assert.equal(groupsOf(label), []);
    },
  );
}

v1("a variant that this host lacks is refused with its name, before anything is made", async () => {
  const label = `test-lacks-${process.pid}`;
  const groups = new CampaignGroups(
    label,
    mounted.filter(({ version }) => version === 2),
  );
  const error = await groups.prepare({ variant: variantOf("v1pool"), threads: 1 }, 0).catch(error => error);
  assert.instance(error, LabError);
  assert.is(error.code, "RUND_CGROUP_VARIANT");
  assert.match(error.message, "no v1 controller is mounted here");
  assert.equal(groupsOf(label), []);
});

v1("a group with a process is reported with the pid, and is removed after the process has ended", async () => {
  const label = `test-busy-${process.pid}`;
  const pids = mounted.filter(({ controllers }) => controllers.includes("pids"));
  const groups = new CampaignGroups(label, pids);
  const sleepers = await startSleepers(1);
  try {
    await groups.prepare({ variant: variantOf("v1"), threads: 1 }, 0);
    writeFileSync(join(groupsOf(label)[0]!, "home/cgroup.procs"), String(sleepers.pids[0]));
    const error = await removeTree(pids, label, 50).catch(error => error);
    assert.is(error.code, "RUND_CGROUP_BUSY");
    assert.match(error.message, `pid ${sleepers.pids[0]}`);
  } finally {
    await sleepers.end();
    await groups.clear();
  }
  assert.equal(groupsOf(label), []);
});

v1(
  "processes of a killed campaign's sandboxes in its groups are killed; a process that another program put there stays",
  async () => {
    const label = `test-stranger-${process.pid}`;
    const [pids] = mounted.filter(({ controllers }) => controllers.includes("pids"));
    const group = join(pids!.folder, `rund-lab-${label}`);
    const sandbox = join(group, "0123456789abcdef".repeat(4));
    const home = join(group, "home");
    const sleepers = await startSleepers(2);
    const [orphan, stranger] = sleepers.pids;
    const isIn = (folder: string, pid: number | undefined) =>
      readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").includes(String(pid));
    try {
      for (const folder of [group, sandbox, home]) mkdirSync(folder);
      writeFileSync(join(sandbox, "cgroup.procs"), String(orphan));
      writeFileSync(join(home, "cgroup.procs"), String(stranger));
      await removeParents(label);
      assert.not(existsSync(sandbox));
      assert.ok(isIn(home, stranger));
      const error = await removeTree(mounted, label, 50).catch(error => error);
      assert.match(error.message, `pid ${stranger}`);
    } finally {
      await sleepers.end();
    }
    await removeTree(mounted, label);
    assert.equal(groupsOf(label), []);
  },
);

v1.run();

const v2 = suiteNeeding("control groups v2", needs.root, needsVariant("v2"));

v2(
  "more groups than cgroup.max.descendants allows are an error with the next step, and none is left behind",
  async () => {
    const [unified] = mounted.filter(({ version }) => version === 2);
    const outer = join(unified!.folder, `rund-lab-test-outer-${process.pid}`);
    mkdirSync(outer);
    try {
      writeFileSync(join(outer, "cgroup.max.descendants"), "7");
      const groups = new CampaignGroups("inner", [{ ...unified!, folder: outer }]);
      await groups.prepare({ variant: variantOf("v2"), threads: 2 }, 0);
      const error = await groups
        .measure({ variant: variantOf("v2"), threads: 2, containers: 20 })
        .catch(error => error);
      await groups.clear();
      assert.instance(error, LabError);
      assert.is(error.code, "RUND_CGROUP_LIMIT");
      assert.match(error.hint, "cgroup.max.descendants");
      assert.not(readdirSync(outer).includes("rund-lab-inner"));
    } finally {
      rmdirSync(outer);
    }
  },
);

v2("a read-only hierarchy is refused before anything is made", async () => {
  const [unified] = mounted.filter(({ version }) => version === 2);
  const groups = new CampaignGroups("test-read-only", [{ ...unified!, readOnly: true }]);
  const error = await groups.prepare({ variant: variantOf("v2"), threads: 1 }, 0).catch(error => error);
  assert.is(error.code, "RUND_CGROUP_READ_ONLY");
});

v2.run();
