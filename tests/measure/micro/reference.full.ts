import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { OperationPhase } from "../../../src/campaign-files/index.js";
import { startContainerd } from "../../../src/measure/index.js";
import { CampaignGroups } from "../../../src/measure/micro/campaign-groups.js";
import { groupIn } from "../../../src/measure/micro/cgroup-tree.js";
import { CampaignRootfs } from "../../../src/measure/micro/rootfs/campaign-rootfs.js";
import { SnapshotClient } from "../../../src/measure/micro/rootfs/snapshots.js";
import { needs, program, projectRoot, suiteNeeding } from "../../support/needs.js";
import { mounted, needsVariant, variantOf } from "./groups.js";

const test = suiteNeeding("times of control groups", needs.root, needsVariant("v1"), program("python3"));

const containers = 200;

const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

for (const [id, operations] of [
  ["v1", { make: "mkdir", remove: "rmdir" }],
  ["v1pool", { make: "rename" }],
  ["v2", { make: "mkdir", remove: "rmdir" }],
] as const) {
  test(`${id}: a container's time with one thread equals an independent program's within 10 % or 50 µs`, async () => {
    const variant = variantOf(id);
    const label = `test-reference-${id}-${process.pid}`;
    const groups = new CampaignGroups(label, mounted);
    try {
      await groups.prepare({ variant, threads: 1 }, 0);
      const folders = variant.hierarchies(mounted).map(hierarchy => groupIn(hierarchy, label));
      const script = join(projectRoot, "bench/cgroups_reference.py");
      const ours: (readonly OperationPhase[])[] = [];
      const theirs: Record<string, { median_us: number }>[] = [];
      // taken in turn, so that other work on the machine meets both alike
      for (let turn = 0; turn < 9; turn++) {
        ours.push((await groups.measure({ variant, threads: 1, containers })).phases);
        theirs.push(
          JSON.parse(execFileSync("python3", [script, String(containers), ...folders], { encoding: "utf8" })),
        );
      }
      for (const [phase, operation] of Object.entries(operations)) {
        const own = middle(ours.map(phases => middle(phases.find(each => each.phase === phase)!.us)));
        const other = middle(theirs.map(each => each[operation]!.median_us));
        const close = Math.abs(own - other) <= Math.max(0.1 * other, 50);
        assert.ok(close, `${operation}: ${own} µs here, ${other} µs by the reference`);
        if (process.env.RUND_LAB_SHOW) console.log(`${id} ${operation}: ${own} µs, reference ${other} µs`);
      }
    } finally {
      await groups.clear();
    }
  });
}

test.run();

const rootfs = suiteNeeding("times of root file systems", needs.root, needs.containerd, needs.runc, program("python3"));

for (const snapshotter of ["overlayfs", "native"]) {
  rootfs(
    `${snapshotter}: the time to prepare one equals that of \`ctr\`, minus its time for a list, within 10 % or 50 µs`,
    async () => {
      const containerd = await startContainerd(`/run/rl-reference-${process.pid}`);
      const label = `test-reference-${process.pid}`;
      const own = new CampaignRootfs(label, containerd.socket);
      const client = new SnapshotClient(containerd.socket);
      try {
        await own.prepare(snapshotter, { files: 200, largeMiB: 4 });
        const script = join(projectRoot, "bench/snapshots_reference.py");
        const words = [script, containerd.socket, snapshotter, `rund-lab-${label}-base`, "20"];
        const ours: number[] = [];
        const theirs: number[] = [];
        // taken in turn, so that other work on the machine meets both alike
        for (let turn = 0; turn < 9; turn++) {
          for (let item = 0; item < 5; item++) {
            const before = performance.now();
            await client.names(snapshotter);
            const listMs = performance.now() - before;
            const { phases } = await own.measure(snapshotter, 1);
            ours.push(phases.find(each => each.phase === "make")!.us[0]! / 1000 - listMs);
          }
          theirs.push(JSON.parse(execFileSync("python3", words, { encoding: "utf8" })).median_ms);
        }
        const [mine, other] = [middle(ours), middle(theirs)];
        if (process.env.RUND_LAB_SHOW) console.log(`${snapshotter}: ${mine} ms, reference ${other} ms`);
        assert.ok(
          Math.abs(mine - other) <= Math.max(0.1 * other, 0.05),
          `${mine} ms here, ${other} ms by the reference`,
        );
      } finally {
        client.close();
        await own.clear();
        await containerd.stop();
      }
    },
  );
}

rootfs.run();
