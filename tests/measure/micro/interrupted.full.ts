/** Ctrl-C as a terminal sends it (SIGINT) during experiments on root file systems and I/O. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { mountsBelow } from "../../../src/measure/system/mounts.js";
import { childCommand, until } from "../../support/child-command.js";
import { needs } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { assertNothingLeft, suiteOnContainerd } from "../campaign/real.js";

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
