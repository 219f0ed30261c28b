import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { census, isOfSandbox } from "../../../src/measure/containerd/census/index.js";
import { startContainerd, stopContainerd } from "../../../src/measure/index.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { measureOn, processesOf } from "../campaign/real.js";

const test = suiteNeeding("a shim that is stopped", needs.root, needs.containerd, needs.runc);
let folder: string;
test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
});
test.after(async () => {
  await stopContainerd(join(folder, "containerd"));
  rmSync(folder, { recursive: true });
});

test("it is reported after five seconds and ended with its sandbox; the campaign continues and leaves nothing behind", async () => {
  const containerd = await startContainerd(join(folder, "containerd"));
  const warnings: string[] = [];
  let stopped = 0;
  const wishes = [{ experiment: "density", runtimes: ["runc"], density: [2], concurrency: [1], rounds: 1 }] as const;
  await measureOn(
    containerd.endpoint,
    wishes,
    { out: join(folder, "raw") },
    {
      report: ({ doing }) => {
        if (doing !== "round 1" || stopped !== 0) return;
        stopped = Number(processesOf(containerd)[0]);
        process.kill(stopped, "SIGSTOP");
      },
      warn: message => warnings.push(message),
    },
  );
  assert.ok(stopped > 0);
  const [named] = warnings.filter(each => each.includes("stopped"));
  assert.match(
    named ?? "",
    new RegExp(`^still waiting for sandbox [0-9a-f]{64} to be removed: its shim \\(pid ${stopped}\\) is stopped`),
  );
  assert.equal((await census(containerd.folder)).filter(isOfSandbox), []);
});

test.run();
