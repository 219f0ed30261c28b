import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inTempFolder } from "../support/temp.js";
import { LiveKernel } from "./live-kernel.js";

const test = suite("starting and stopping kernels");

/** Returns the processes whose command line names this folder. */
const processesOf = (folder: string): string[] =>
  readdirSync("/proc").filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
    } catch {
      return false;
    }
  });

test("100 starts and shutdowns leave no process and no file", () =>
  inTempFolder(async folder => {
    process.env.TMPDIR = folder;
    for (let round = 0; round < 25; round++) {
      await Promise.all(
        [0, 1, 2, 3].map(async () => {
          const kernel = await LiveKernel.start();
          assert.is(processesOf(folder).length > 0, true);
          assert.is((await kernel.run("1 + 2")).reply.status, "ok");
          await kernel.stop();
          assert.is(await kernel.process.ended, "ended with exit code 0");
        }),
      );
    }
    assert.equal(processesOf(folder), []);
    assert.equal(readdirSync(folder), []);
  }));

test.run();
