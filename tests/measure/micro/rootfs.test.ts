import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type PrivateContainerd, startContainerd } from "../../../src/measure/index.js";
import { CampaignRootfs } from "../../../src/measure/micro/rootfs/campaign-rootfs.js";
import { SnapshotClient } from "../../../src/measure/micro/rootfs/snapshots.js";
import { mountsBelow } from "../../../src/measure/system/mounts.js";
import { LabError } from "../../../src/model/errors.js";
import { lab } from "../../support/command-line.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { killAndResume } from "./killed.js";

const test = suiteNeeding("root file systems on containerd", needs.root, needs.containerd, needs.runc);

let containerd: PrivateContainerd;
const folder = `/run/rl-rootfs-${process.pid}`;
test.before(async () => {
  containerd = await startContainerd(folder);
});
test.after(() => containerd.stop());

/** Snapshots as containerd's own client lists them, without those of images. */
const snapshots = (snapshotter: string): readonly string[] =>
  execFileSync("ctr", ["-a", containerd.socket, "-n", "k8s.io", "snapshots", "--snapshotter", snapshotter, "ls"], {
    encoding: "utf8",
  })
    .split("\n")
    .slice(1)
    .map(line => line.split(" ")[0]!)
    .filter(name => name.startsWith("rund-lab-"));

/** Files named `large` below a folder. containerd may delete removed snapshots at the same time, so a folder may be gone when it is read. */
function largeFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? largeFilesIn(path) : entry.name === "large" ? [path] : [];
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

for (const snapshotter of ["overlayfs", "native"]) {
  test(`${snapshotter}: 6 at once see the base layer, each operation is timed, and nothing is left behind`, async () => {
    const label = `test-${snapshotter}-${process.pid}`;
    // the large file of the base layer and of its copies, in the snapshotter's own folder
    const store = join(folder, `root/io.containerd.snapshotter.v1.${snapshotter}`);
    const rootfs = new CampaignRootfs(label, containerd.socket);
    try {
      await rootfs.prepare(snapshotter, { files: 120, largeMiB: 1 });
      assert.equal(snapshots(snapshotter), [`rund-lab-${label}-base`]);
      const { phases } = await rootfs.measure(snapshotter, 6);
      assert.equal(
        phases.map(({ phase, operation, us }) => [phase, operation, us.length]),
        [
          ["make", "prepare", 6],
          ["mount", "mount", 6],
          ["unmount", "umount", 6],
          ["remove", "remove", 6],
        ],
      );
      assert.ok(phases.every(({ us, totalMs }) => us.every(each => each > 0 && each / 1000 <= totalMs + 0.001)));
      // what a snapshot on top of the base layer holds, by containerd's own mounts
      const client = new SnapshotClient(containerd.socket);
      const target = `/run/rund-lab/${label}/look`;
      mkdirSync(target);
      const [mount] = await client.prepare(snapshotter, `rund-lab-${label}-look`, `rund-lab-${label}-base`, {
        "rund-lab.local/campaign": label,
        "containerd.io/gc.root": "2026-01-01T00:00:00Z",
      });
      client.close();
      const type = mount!.type === "bind" ? [] : ["-t", mount!.type];
      execFileSync("mount", [...type, "-o", mount!.options.join(","), mount!.source, target]);
      assert.is(readdirSync(join(target, "files"), { recursive: true }).length, 120 + 2);
      assert.is(readFileSync(join(target, "large")).length, 1 << 20);
      assert.ok(largeFilesIn(store).length > 0);
      assert.is(await rootfs.clear(), 2);
    } finally {
      await rootfs.clear();
    }
    assert.equal(snapshots(snapshotter), []);
    assert.equal(largeFilesIn(store), []);
    assert.equal(mountsBelow(`/run/rund-lab/${label}`), []);
    assert.not(existsSync(`/run/rund-lab/${label}`));
  });
}

test("a snapshotter that containerd has not loaded is an error with the next step", async () => {
  const rootfs = new CampaignRootfs(`test-none-${process.pid}`, containerd.socket);
  const error = await rootfs.prepare("blockfile", { files: 1, largeMiB: 0 }).catch(error => error);
  await rootfs.clear();
  assert.instance(error, LabError);
  assert.is(error.code, "RUND_SNAPSHOTTER_MISSING");
  assert.match(error.hint, "ctr plugins ls");
});

test("a base layer that does not fit on the disk is an error with the next step, and nothing is left behind", () =>
  inTempFolder(async parent => {
    const small = join(parent, "small");
    mkdirSync(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", small]);
    try {
      const own = await startContainerd(join(small, "c"));
      try {
        const rootfs = new CampaignRootfs(`test-full-${process.pid}`, own.socket);
        const error = await rootfs.prepare("native", { files: 10, largeMiB: 64 }).catch(error => error);
        await rootfs.clear();
        assert.instance(error, LabError);
        assert.is(error.code, "RUND_DISK_FULL");
        assert.match(error.hint, "--large");
        assert.equal(mountsBelow("/run/rund-lab"), []);
      } finally {
        await own.stop();
      }
    } finally {
      execFileSync("umount", ["-l", small]);
    }
  }));

test("a campaign measures the snapshotters that containerd has; after a kill it continues, and leaves nothing behind", () =>
  inTempFolder(async out => {
    const words = ["run", "rootfs", "--endpoint", containerd.endpoint, "--concurrency", "1,4", "--rounds", "1"];
    await killAndResume(out, [...words, "--files", "20", "--large", "1"], 4, 1);
    for (const snapshotter of ["overlayfs", "native"]) assert.equal(snapshots(snapshotter), []);
    assert.equal(mountsBelow("/run/rund-lab"), []);
  }));

test("no containerd at the endpoint is an error with the next step", async () => {
  const { code, stderr } = await lab(["run", "rootfs", "--endpoint", "unix:///nowhere.sock", "--plan"]);
  assert.is(code, 3);
  assert.match(stderr, "env up");
  const run = await lab(["run", "rootfs", "--endpoint", "unix:///nowhere.sock"]);
  assert.is(run.code, 3);
  assert.match(
    run.stderr,
    /^\/nowhere\.sock: containerd does not answer: connect ENOENT\nhint: no such socket.*env up/,
  );
});

test.run();
