import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as assert from "uvu/assert";
import {
  findContainerd,
  prepareMachine,
  prepareSteps,
  type Step,
  shellScript,
  startContainerd,
  stopContainerd,
  thisMachine,
  undoSteps,
} from "../../../src/measure/changes/index.js";
import { connectCri } from "../../../src/measure/cri/index.js";
import { findRuntime, runtimes } from "../../../src/measure/runtimes/index.js";
import { findProcesses } from "../../../src/measure/system/process-identity.js";
import type { LabError } from "../../../src/model/errors.js";
import { needs, program, projectRoot, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";

const test = suiteNeeding(
  "restarts of a private containerd",
  needs.root,
  needs.containerd,
  needs.runc,
  program("patch"),
  program("curl"),
);

test("a campaign changes its snapshotter and restarts it; its sandboxes keep running, and the change is undone", () =>
  inTempFolder(async root => {
    const containerd = await startContainerd(join(root, "c"));
    const client = connectCri(containerd.endpoint);
    try {
      const sandbox = {
        name: "a",
        uid: "a",
        namespace: "rund-lab-test",
        handler: "runc",
        labels: {},
        network: "NODE",
      } as const;
      const id = await client.runPodSandbox(sandbox);
      const configText = readFileSync(containerd.configPath, "utf8");
      // below this machine's root the config is /c/config.toml
      const inUse = { service: { folder: containerd.folder }, configPath: "/c/config.toml", configText };
      const runtime = { ...findRuntime("katafc", runtimes), config: null };
      const machine = { ...thisMachine(), root };
      const unable = await prepareMachine(prepareSteps(runtime, inUse), machine).then(
        () => assert.unreachable("device mapper is not here"),
        (error: LabError) => error,
      );
      assert.match((unable as LabError).hint ?? "", "failed to find snapshotter");
      assert.is(readFileSync(containerd.configPath, "utf8"), configText);

      const steps = prepareSteps({ ...runtime, snapshotter: "native" as "overlayfs" }, inUse);
      const prepared = await prepareMachine(steps, machine);
      const changed = findContainerd(containerd.folder)!;
      assert.is.not(changed.pid, containerd.pid);
      assert.match(readFileSync(containerd.configPath, "utf8"), 'snapshotter = "native"');
      const { info } = await client.status({ timeoutMs: 10_000 });
      assert.is(JSON.parse(info.config!).containerd.snapshotter, "native");
      assert.is((await client.podSandboxStatus(id)).state, "SANDBOX_READY");

      await prepared.restore();
      assert.is(readFileSync(containerd.configPath, "utf8"), configText);
      assert.is.not(findContainerd(containerd.folder)!.pid, changed.pid);
      assert.is((await client.podSandboxStatus(id)).state, "SANDBOX_READY");
    } finally {
      client.close();
      await containerd.stop();
    }
  }));

test("the plan's script in a shell: two restarts, a change and its undoing, and a sandbox by curl", () =>
  inTempFolder(async folder => {
    const home = join(folder, "c");
    const containerd = await startContainerd(home);
    const client = connectCri(containerd.endpoint);
    try {
      const configText = readFileSync(containerd.configPath, "utf8");
      const inUse = { service: { folder: home }, configPath: containerd.configPath, configText };
      const runtime = { ...findRuntime("katafc", runtimes), config: null, snapshotter: "native" as "overlayfs" };
      const before: Step[] = [...prepareSteps(runtime, inUse), { kind: "sandbox", handler: "runc" }];
      const read = (file: string) => readFileSync(file, "utf8");
      const script = (steps: readonly Step[]) =>
        shellScript([{ title: "x", steps }], read, join(folder, "backups"), containerd.socket);
      const run = (text: string) => execFileSync("sh", ["-c", text], { encoding: "utf8", timeout: 120_000 });

      const trees = ["/sys/fs/cgroup", ...readdirSync("/sys/fs/cgroup").map(name => `/sys/fs/cgroup/${name}`)];
      const groups = () =>
        trees.flatMap(tree => ["k8s.io", "rund-lab-template"].map(name => join(tree, name)).filter(existsSync));
      const groupsBefore = groups();

      // as it is printed: both ways, each with its restart
      run(script([...before, ...undoSteps(before)]));
      assert.is(read(containerd.configPath), configText);
      const after = findContainerd(home);
      assert.ok(after !== undefined, "its record knows the process that runs");
      assert.is.not(after.pid, containerd.pid);
      const starts = read(containerd.logPath).match(/starting containerd/g)?.length;
      assert.is(starts, 3);

      run(script(before));
      const { info } = await client.status({ timeoutMs: 10_000 });
      assert.is(JSON.parse(info.config!).containerd.snapshotter, "native");
      assert.equal(await client.listPodSandbox({}), []);
      assert.match(read(containerd.logPath), /RunPodSandbox for .*template.* returns sandbox id/);
      assert.equal(groups(), groupsBefore);
      assert.throws(
        () => run(script([{ kind: "sandbox", handler: "nobody" }])),
        "a sandbox of nobody cannot be started",
      );
    } finally {
      client.close();
      await stopContainerd(home);
    }
  }));

test("`env up` can be killed at any moment: the next one clears up and starts containerd", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  const home = join(folder, "c");
  const main = join(projectRoot, "src/cli/main.ts");
  // from before its folder is made to after its CRI answers, by what is there
  const moments = ["containerd.json", "containerd.sock", "root/io.containerd.content.v1.content/blobs"];
  try {
    for (const moment of moments) {
      const child = spawn(process.execPath, ["--import", "tsx", main, "env", "up", "--folder", home], {
        stdio: "ignore",
      });
      const exit = once(child, "exit");
      const deadline = performance.now() + 60_000;
      while (!existsSync(join(home, moment)) && performance.now() < deadline) await delay(1);
      child.kill("SIGKILL");
      await exit;
      assert.ok(existsSync(join(home, moment)), moment);
      await stopContainerd(home);
      assert.not.ok(existsSync(home), moment);
      // a ctr that was importing the image ends by itself, without its containerd
      const left = () => findProcesses(words => words.some(word => word.includes(home)));
      while (left().length > 0 && performance.now() < deadline) await delay(5);
      assert.equal(left(), [], moment);
    }
    mkdirSync(home);
    writeFileSync(join(home, ".containerd.json.rund-lab"), "{");
    assert.is((await startContainerd(home)).snapshotter.length > 0, true, "a record cut short is no obstacle");
  } finally {
    await stopContainerd(home);
    rmSync(folder, { recursive: true });
  }
});

test.run();
