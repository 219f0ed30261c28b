import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import { startContainerd } from "../../../src/measure/index.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { killOnContainerd, killOnReplay } from "./kills.js";

const test = suite("a harness that is killed often");

test("killed fifty times over a campaign, it leaves every round measured once and nothing behind", () =>
  inTempFolder(folder => killOnReplay(folder, 50)));

test.run();

const real = suiteNeeding("harness, containerd and shims killed", needs.root, needs.containerd, needs.runc);

real("ten kills over a campaign leave every round measured once and nothing behind", () =>
  inTempFolder(async folder => {
    const containerd = await startContainerd(join(folder, "containerd"));
    try {
      mkdirSync(join(folder, "raw"));
      await killOnContainerd(containerd, join(folder, "raw"), 10);
    } finally {
      await containerd.stop();
    }
  }),
);

real.run();
