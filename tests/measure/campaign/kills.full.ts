import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { census } from "../../../src/measure/containerd/census/index.js";
import { startContainerd } from "../../../src/measure/index.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { killOnContainerd, killOnReplay } from "./kills.js";

const test = suite("a harness that is killed often");

test("a campaign killed fifty times measures every round once and leaves nothing behind", () =>
  inTempFolder(folder => killOnReplay(folder, 50)));

test.run();

const real = suiteNeeding("harness, containerd and shims killed", needs.root, needs.containerd, needs.runc);

real("a campaign killed twenty times measures every round once and leaves nothing behind", () =>
  inTempFolder(async folder => {
    const containerd = await startContainerd(join(folder, "containerd"));
    try {
      mkdirSync(join(folder, "raw"));
      const hit = await killOnContainerd(containerd, join(folder, "raw"), 20);
      console.log(`hit: ${hit.join(", ")}`);
    } finally {
      await containerd.stop();
    }
    assert.equal(await census(join(folder, "containerd")), []);
  }),
);

real.run();
