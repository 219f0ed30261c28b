import * as assert from "uvu/assert";
import { startContainerd } from "../../../src/measure/index.js";
import { CampaignGroups } from "../../../src/measure/micro/campaign-groups.js";
import { CampaignRootfs } from "../../../src/measure/micro/rootfs/campaign-rootfs.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { groupsOf, mounted, needsVariant, variantOf } from "./groups.js";

const cgroups = suiteNeeding("2,000 containers by 200 threads", needs.root, needsVariant("v1"));

for (const id of ["v1", "v1pool", "v2"]) {
  cgroups(`${id}: every operation is timed, and nothing is left`, async () => {
    const label = `test-large-${id}-${process.pid}`;
    const groups = new CampaignGroups(label, mounted);
    try {
      await groups.prepare({ variant: variantOf(id), threads: 200 }, 0);
      const { phases } = await groups.measure({ variant: variantOf(id), threads: 200, containers: 2000 });
      assert.equal(
        phases.map(({ us }) => us.length),
        [2000, 2000, 2000],
      );
    } finally {
      await groups.clear();
    }
    assert.equal(groupsOf(label), []);
  });
}

cgroups.run();

const rootfs = suiteNeeding("200 root file systems at once", needs.root, needs.containerd, needs.runc);

rootfs("on overlayfs and native: all are prepared, mounted, unmounted and removed", async () => {
  const containerd = await startContainerd(`/run/rl-large-${process.pid}`);
  const own = new CampaignRootfs(`test-large-${process.pid}`, containerd.socket);
  try {
    for (const snapshotter of ["overlayfs", "native"]) {
      await own.prepare(snapshotter, { files: 1000, largeMiB: 4 });
      const { phases } = await own.measure(snapshotter, 200);
      assert.equal(
        phases.map(({ us }) => us.length),
        [200, 200, 200, 200],
      );
    }
  } finally {
    await own.clear();
    await containerd.stop();
  }
});

rootfs.run();
