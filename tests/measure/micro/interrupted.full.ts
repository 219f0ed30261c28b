/** Ctrl-C as a terminal sends it (SIGINT) beside a stranger in a control group, and during experiments on root file systems and I/O. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startSleepers } from "../../../src/measure/micro/sleepers.js";
import { mountsBelow } from "../../../src/measure/system/mounts.js";
import { childCommand, until } from "../../support/child-command.js";
import { lab } from "../../support/command-line.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { assertNothingLeft, suiteOnContainerd } from "../campaign/real.js";
import { groupsOf, needsVariant } from "./groups.js";
import { inItsGroups, manyRounds } from "./in-its-groups.js";

const groups = suiteNeeding("Ctrl-C with a foreign process in a control group", needs.root, needsVariant("v1"));

groups("the foreign process is reported and left alone, and the command ends", () =>
  inTempFolder(async out => {
    const { child, name } = await inItsGroups(out, [...manyRounds, "--out", out]);
    const stranger = await startSleepers(1);
    const [pid] = stranger.pids;
    try {
      writeFileSync(join(groupsOf(name)[0]!, "home/cgroup.procs"), String(pid));
      child.kill("SIGINT");
      assert.is(await child.ended, 130, child.output());
      assert.ok(child.output().includes(`processes are still in the group (pid ${pid})`), child.output());
      assert.not.match(child.output(), "everything was cleaned up");
      assert.is(process.kill(pid!, 0), true);
    } finally {
      await stranger.end();
    }
    assert.is((await lab(["env", "restore"])).code, 0);
    assert.equal(groupsOf(name), []);
  }),
);

groups.run();

const { test, own } = suiteOnContainerd(
  "Ctrl-C during experiments on root file systems and I/O",
  ...[needs.runc, needs.fio],
);

for (const [experiment, words] of [
  ["rootfs", ["--runtime", "overlayfs,native", "--files", "50", "--large", "1"]],
  ["io", ["--runtime", "runc", "--duration", "0.1", "--large", "4"]],
] as const) {
  test(`${experiment}: nothing is left`, () =>
    inTempFolder(async out => {
      const more = ["--concurrency", "4", "--rounds", "500", "--endpoint", own.containerd.endpoint, "--out", out];
      const child = childCommand(out, ["run", experiment, ...words, ...more]);
      const journal = () => readdirSync(out).map(name => readFileSync(join(out, name, "events.ndjson"), "utf8"));
      await child.said(new RegExp(`\\d+/\\d+ ${experiment}`));
      await until(
        () => /"event":"(operations|io)"/.test(journal().join()),
        () => `no round is measured: ${child.output()}`,
      );
      child.kill("SIGINT");
      assert.is(await child.ended, 130, child.output());
      assert.match(child.output(), "everything was cleaned up");
      await assertNothingLeft(own.containerd);
      assert.equal(mountsBelow("/run/rund-lab"), []);
      for (const snapshotter of ["overlayfs", "native"]) {
        const list = ["-a", own.containerd.socket, "-n", "k8s.io", "snapshots", "--snapshotter", snapshotter, "ls"];
        assert.not.match(execFileSync("ctr", list, { encoding: "utf8" }), "rund-lab-");
      }
    }));
}

test.run();
