import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import { startContainerd } from "../../../src/measure/index.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { killOnContainerd, killOnReplay } from "./kills.js";

const test = suite("a harness that is killed");

test("a campaign killed five times measures every round once and leaves nothing behind", () =>
  inTempFolder(folder => killOnReplay(folder, 5)));

test.run();

const real = suiteNeeding("a harness that is killed, on containerd", needs.root, needs.containerd, needs.runc);

real("a campaign killed once measures every round once and leaves nothing behind", () =>
  inTempFolder(async folder => {
    const containerd = await startContainerd(join(folder, "containerd"));
    try {
      mkdirSync(join(folder, "raw"));
      await killOnContainerd(containerd, join(folder, "raw"), 1);
    } finally {
      await containerd.stop();
    }
  }),
);

real.run();
