import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import * as assert from "uvu/assert";
import { startContainerd } from "../../../src/measure/index.js";
import { mountsBelow } from "../../../src/measure/system/mounts.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { groupsOf, needsVariant } from "./groups.js";
import { killAndResume } from "./killed.js";
import { loopsOf, needsBtrfs } from "./loops.js";

const cgroups = suiteNeeding("50 kills of a campaign of control groups", needs.root, needsVariant("v1"));

cgroups("no group is left, and --resume completes", () =>
  inTempFolder(async out => {
    const words = [
      "run",
      "cgroups",
      "--containers",
      "30",
      "--window",
      "0",
      "--concurrency",
      "1,4",
      "--density",
      "0,20",
    ];
    const variants = ["--runtime", "v1,v1pool", "--rounds", "10", "--blocks", "2"];
    const campaign = await killAndResume(out, [...words, ...variants], 80, 50);
    assert.equal(groupsOf(basename(campaign)), []);
  }),
);

cgroups.run();

const rootfs = suiteNeeding("50 kills of a campaign of root file systems", needs.root, needs.containerd, needs.runc);

rootfs("no mount, snapshot, loop device or file is left, and --resume completes", () =>
  inTempFolder(async out => {
    const containerd = await startContainerd(`/run/rl-kills-${process.pid}`);
    try {
      const words = ["run", "rootfs", "--endpoint", containerd.endpoint, "--concurrency", "1,10", "--rounds", "20"];
      await killAndResume(out, [...words, "--files", "50", "--large", "1"], 80, 50);
      for (const snapshotter of ["overlayfs", "native"]) {
        const words = ["-a", containerd.socket, "-n", "k8s.io", "snapshots", "--snapshotter", snapshotter, "ls"];
        assert.not(execFileSync("ctr", words, { encoding: "utf8" }).includes("rund-lab-"));
      }
      assert.equal(mountsBelow("/run/rund-lab"), []);
      assert.equal(loopsOf(`rl-kills-${process.pid}`), []);
    } finally {
      await containerd.stop();
    }
  }),
);

rootfs.run();

const copies = suiteNeeding("50 kills of a campaign of copies", needs.root, needsBtrfs);

copies("no copy, mount or loop device is left, and --resume completes", () =>
  inTempFolder(async out => {
    const words = ["run", "rootfs", "--runtime", "copied,reflinked", "--concurrency", "1,10", "--rounds", "20"];
    const campaign = await killAndResume(out, [...words, "--large", "16"], 80, 50);
    assert.equal(mountsBelow("/run/rund-lab"), []);
    assert.equal(loopsOf(basename(campaign)), []);
  }),
);

copies.run();
