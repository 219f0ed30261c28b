import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LiveKernel } from "./live-kernel.js";

const test = suite("starting and stopping kernels");

/** Kernels of this package that are running, by pid. */
function kernels(): string[] {
  return readdirSync("/proc").filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("rund-lab-run-");
    } catch {
      return false;
    }
  });
}
const files = () =>
  readdirSync(tmpdir()).filter(name => name.startsWith("rund-lab-run-") || name.startsWith("rund-lab-kernel-"));

test("100 starts and shutdowns leave no process and no file", async () => {
  const before = { kernels: kernels(), files: files() };
  for (let round = 0; round < 25; round++) {
    await Promise.all(
      [0, 1, 2, 3].map(async () => {
        const kernel = await LiveKernel.start();
        assert.is((await kernel.run("1 + 2")).reply.status, "ok");
        await kernel.stop();
        assert.is(await kernel.process.ended, "ended with exit code 0");
      }),
    );
  }
  assert.equal(
    kernels().filter(pid => !before.kernels.includes(pid)),
    [],
  );
  assert.equal(
    files().filter(name => !before.files.includes(name)),
    [],
  );
});

test.run();
