import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { median } from "../../../src/analysis/stats/index.js";
import type { ReadySample } from "../../../src/campaign-files/index.js";
import { needs, program } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";

const { test, own } = suiteOnContainerd(
  "the first line beside the process's own clock",
  ...[needs.runc, needs.crun, program("busybox")],
);

/** The entries of a folder, and the text of a file; none and "" before it is there, and after it is removed. */
const ifThere = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return otherwise;
    throw error;
  }
};

test("the first line agrees with the process's own clock, written to a file, within 2 ms at the median", async () => {
  const rounds = 5;
  const command = `/bin/busybox sh -c 'echo "started $EPOCHREALTIME"; echo "$EPOCHREALTIME" >/clock; exec /bin/busybox sleep 600'`;
  const clocks = new Map<string, number>();
  // as containerd sees it: it may have mounts of its own
  const tasks = join(
    `/proc/${own.containerd.pid}/root`,
    own.containerd.folder,
    "state/io.containerd.runtime.v2.task/k8s.io",
  );
  const look = () => {
    for (const id of ifThere(() => readdirSync(tasks), [])) {
      const text = ifThere(() => readFileSync(join(tasks, id, "rootfs/clock"), "utf8"), "").trim();
      if (text !== "") clocks.set(id, Number(text) * 1000);
    }
  };
  const differences: number[] = [];
  const looking = setInterval(look, 50);
  try {
    for (const runtime of ["runc", "crun"]) {
      const path = await measureOn(
        own.containerd.endpoint,
        [{ experiment: "time", runtimes: [runtime], concurrency: [1, 2], rounds, blocks: 1, until: "output", command }],
        { out: own.folder },
        // a round's containers stand for a while after it: time to look into them
        { timing: { quietLimitMs: 0, idleMs: 20, settleMs: 600 } },
      );
      const measured = readCampaign(path).rounds;
      assert.is(measured.length, 2 * rounds);
      for (const { samples, releasedMs } of measured) {
        for (const { outputMs } of samples as readonly ReadySample[]) {
          const stamp = releasedMs + outputMs!;
          differences.push(Math.min(...[...clocks.values()].map(each => Math.abs(each - stamp))));
        }
      }
    }
  } finally {
    clearInterval(looking);
  }
  // concurrency 1 and 2, two runtimes
  assert.is(differences.length, 6 * rounds);
  assert.ok(clocks.size >= differences.length, `${clocks.size} containers wrote their clock`);
  assert.ok(median(differences) < 2, differences.map(each => each.toFixed(2)).join(" "));
  await assertNothingLeft(own.containerd);
});

test.run();
