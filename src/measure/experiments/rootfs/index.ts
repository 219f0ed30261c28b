import { socketPath } from "../../cri/grpc/grpc.js";
import { threadMiB } from "../../micro/released-threads.js";
import { type CopyKind, copyKinds } from "../../micro/rootfs/campaign-copies.js";
import { SnapshotClient } from "../../micro/rootfs/snapshots.js";
import type { ExperimentDeclaration } from "../experiment.js";
import {
  measureOperations,
  type RoundOfOperations,
  roundOfOperations,
  subject,
  summariseOperations,
} from "../operations.js";

/** containerd's snapshotters, in the order of tables. */
const snapshotters = ["overlayfs", "native", "blockfile", "devmapper", "erofs", "btrfs", "zfs"] as const;

/** Block images copied from a template, the way some runtimes create a container's writable layer. Measured only if named. */
const copies = Object.keys(copyKinds) as readonly CopyKind[];

/** Root file systems, by snapshotter and by the number that is prepared at once (the paper's sections 3.1 and 4.2). */
export const rootfs: ExperimentDeclaration = {
  id: "rootfs",
  measures: "the cost of root file systems",
  axes: ["concurrency"],
  subjects: {
    name: "snapshotter",
    all: [...snapshotters, ...copies].map(id => subject(id, id)),
    withoutService: ids => ids.every(id => copies.some(each => each === id)),
    async here(endpoint) {
      const client = new SnapshotClient(socketPath(endpoint));
      try {
        const loaded = await client.snapshotters();
        return snapshotters.filter(id => loaded.includes(id));
      } finally {
        client.close();
      }
    },
  },
  takes: ["files", "large", "reflink"],
  usual: { concurrency: [1, 10, 50, 200], rounds: 5, files: 1000, large: 64 },
  cost({ concurrency, rounds, runtime }, { warmup, large = 0 }, { aroundMs }) {
    const count = concurrency ?? 1;
    const byThread = copies.some(each => each === runtime);
    const copied = runtime === "native" || runtime === "blockfile" || runtime === "copied";
    const each = (byThread ? 0 : 40) + (copied ? 10 + large : 0);
    const needs = { memoryMiB: count * (byThread ? threadMiB : copied ? 3 : 2), pids: 3 * count };
    return { sandboxes: 0, atOnce: 0, ms: (rounds.length + warmup) * (count * each + aroundMs), needs };
  },
  measured: roundOfOperations("rootfs"),
  async visit(visit, tools) {
    const { settings, slot, runtime } = visit;
    const { files = 0, large = 0 } = settings;
    const count = slot.concurrency!;
    const kind = copies.find(each => each === runtime.id);
    let measure: () => Promise<RoundOfOperations>;
    if (kind === undefined) {
      tools.report("base layer");
      await tools.micro.rootfs.prepare(runtime.id, { files, largeMiB: large });
      measure = () => tools.micro.rootfs.measure(runtime.id, count);
    } else {
      tools.report("block image");
      const most = Math.max(...settings.concurrency);
      await tools.micro.copies.prepare({ imageMiB: large, copies: most, folder: settings.reflink });
      measure = () => tools.micro.copies.measure(kind, count);
    }
    await measureOperations(visit, tools, { windowMs: 0, items: count, measure });
  },
  summarise: summariseOperations("rootfs"),
};
