import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  findContainerd,
  type PrivateContainerd,
  restartContainerd,
  startContainerd,
  stopContainerd,
} from "../../../src/measure/changes/index.js";
import { connectCri } from "../../../src/measure/cri/index.js";
import { findProcesses, identify, isAlive } from "../../../src/measure/system/process-identity.js";
import type { LabError } from "../../../src/model/errors.js";
import { until } from "../../support/child-command.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suiteNeeding("a private containerd", needs.root, needs.containerd, needs.runc, needs.crun, needs.runsc);

let folder: string;
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
});
test.after.each(async () => {
  for (const name of readdirSync(folder)) await stopContainerd(join(folder, name));
  rmSync(folder, { recursive: true });
});

/** Starts one sandbox with each handler and leaves it running. */
async function startSandboxes({ endpoint, handlers }: PrivateContainerd): Promise<void> {
  const client = connectCri(endpoint);
  try {
    for (const { name } of handlers) {
      const id = await client.runPodSandbox({
        name: `test-${name}`,
        uid: `uid-${name}`,
        namespace: "rund-lab-test",
        handler: name,
        labels: {},
        network: "NODE",
      });
      assert.is((await client.podSandboxStatus(id)).state, "SANDBOX_READY", name);
    }
  } finally {
    client.close();
  }
}

/** Handlers of the sandboxes that are ready. */
async function ready({ endpoint }: PrivateContainerd): Promise<string[]> {
  const client = connectCri(endpoint);
  try {
    const there = await client.listPodSandbox({});
    return there
      .filter(({ state }) => state === "SANDBOX_READY")
      .map(({ handler }) => handler)
      .sort();
  } finally {
    client.close();
  }
}

/** Everything on this machine that belongs to a folder: processes, mounts, control groups and shim sockets of `ids`. */
function leftovers(home: string, ids: readonly string[]): string[] {
  const processes = findProcesses(words => words.some(word => word === home || word.includes(`${home}/`)));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter(line => line.includes(`${home}/`));
  // other cgroups come and go while find walks, which it reports by its status
  const groups = spawnSync("find", ["/sys/fs/cgroup", "-type", "d"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter(path => ids.some(id => path.includes(id)));
  return [...processes.map(({ pid }) => `pid ${pid}`), ...mounts, ...groups, ...(existsSync(home) ? [home] : [])];
}

const idsOf = (home: string): string[] => {
  const bundles = join(home, "state/io.containerd.runtime.v2.task/k8s.io");
  return existsSync(bundles) ? readdirSync(bundles) : [];
};
/** The sockets of its shims, which lie outside the folder. */
const shimSockets = (home: string): string[] =>
  idsOf(home).map(id => {
    const file = join(home, "state/io.containerd.runtime.v2.task/k8s.io", id, "address");
    return readFileSync(file, "utf8").replace("unix://", "");
  });

test("it has a handler for every OCI runtime here; each starts a sandbox, and nothing is left of it", async () => {
  const home = join(folder, "a");
  const containerd = await startContainerd(home);
  assert.equal(
    containerd.handlers.map(({ name }) => name),
    ["runc", "crun", "runsc"],
  );
  assert.is(findContainerd(home)?.pid, containerd.pid);
  await startSandboxes(containerd);
  const ids = idsOf(home);
  const sockets = shimSockets(home);
  assert.equal([ids.length, sockets.filter(existsSync).length], [3, 3]);
  assert.match(readFileSync(containerd.logPath, "utf8"), /time="[^"]+\.\d{9}Z".*RunPodSandbox/i);
  await containerd.stop();
  assert.equal(leftovers(home, ids), []);
  assert.equal(sockets.filter(existsSync), []);
  await containerd.stop();
  assert.is(findContainerd(home), undefined);
});

test("after a restart, or a kill and a start, it has the same sandboxes", async () => {
  const containerd = await startContainerd(join(folder, "a"));
  await startSandboxes(containerd);
  const again = await restartContainerd(containerd.folder);
  assert.is.not(again.pid, containerd.pid);
  assert.equal(await ready(again), ["crun", "runc", "runsc"]);
  process.kill(again.pid, "SIGKILL");
  const third = await restartContainerd(containerd.folder);
  assert.equal(await ready(third), ["crun", "runc", "runsc"]);
  assert.is(findContainerd(containerd.folder)?.pid, third.pid);
});

test("if it was killed together with a shim, `env down` removes its remains, and so does the next `env up`", async () => {
  const home = join(folder, "a");
  const ids: string[] = [];
  for (const clear of [() => stopContainerd(home), () => startContainerd(home)]) {
    const containerd = await startContainerd(home);
    await startSandboxes(containerd);
    ids.push(...idsOf(home));
    process.kill(containerd.pid, "SIGKILL");
    const [shim] = findProcesses(words => words.includes(containerd.socket));
    process.kill(shim!.pid, "SIGKILL");
    while (isAlive(shim!) || identify(containerd.pid) !== undefined) await new Promise(setImmediate);
    assert.is(findContainerd(home), undefined, "it is known to be dead");
    await clear();
  }
  assert.equal(await ready(findContainerd(home)!), []);
  await stopContainerd(home);
  assert.equal(leftovers(home, ids), []);
});

test("the socket of a killed shim is removed with the others, although containerd has no record of it", async () => {
  const home = join(folder, "a");
  const containerd = await startContainerd(home);
  await startSandboxes(containerd);
  const ids = idsOf(home);
  const sockets = shimSockets(home);
  for (const { pid } of findProcesses(words => words.includes(containerd.socket))) process.kill(pid, "SIGKILL");
  await until(() => idsOf(home).length === 0, "containerd keeps the bundles of its dead shims");
  assert.is(sockets.filter(existsSync).length, 3);
  await containerd.stop();
  assert.equal(sockets.filter(existsSync), []);
  assert.equal(leftovers(home, ids), []);
});

test("two in different folders do not see each other; a second one in the same folder is refused", async () => {
  const [one, two] = await Promise.all([startContainerd(join(folder, "one")), startContainerd(join(folder, "two"))]);
  await startSandboxes(one);
  await startSandboxes(two);
  const error = await startContainerd(one.folder).then(
    () => assert.unreachable(),
    (error: LabError) => error,
  );
  assert.is((error as LabError).code, "RUND_ENV_UP");
  await two.stop();
  assert.equal(await ready(one), ["crun", "runc", "runsc"]);
});

test("a process that has got the pid of an earlier one is never touched", async () => {
  const home = join(folder, "a");
  const containerd = await startContainerd(home);
  const record = JSON.parse(readFileSync(join(home, "containerd.json"), "utf8"));
  const mine = identify(process.pid)!;
  process.kill(containerd.pid, "SIGKILL");
  while (identify(containerd.pid) !== undefined) await new Promise(setImmediate);
  writeFileSync(
    join(home, "containerd.json"),
    JSON.stringify({ ...record, process: { ...mine, startTicks: record.process.startTicks } }),
  );
  assert.is(findContainerd(home), undefined);
  assert.is(await stopContainerd(home), true);
  assert.not.ok(existsSync(home));
});

test("a folder with other files is neither used nor removed", () =>
  inTempFolder(async other => {
    writeFiles(other, { "letter.txt": "dear" });
    const error = await startContainerd(other).then(
      () => assert.unreachable(),
      (error: LabError) => error,
    );
    assert.is((error as LabError).code, "RUND_ENV_FOLDER");
    assert.is(await stopContainerd(other), false);
    assert.is(readFileSync(join(other, "letter.txt"), "utf8"), "dear");
  }));

test("a containerd that does not start is an error with the end of its log, and nothing is left behind", async () => {
  const home = join(folder, "a");
  const bin = join(folder, "bin");
  writeFiles(bin, { containerd: "#!/bin/sh\necho 'it cannot' >&2\nexit 1\n" });
  execFileSync("chmod", ["+x", join(bin, "containerd")]);
  const error = await startContainerd(home, { path: bin }).then(
    () => assert.unreachable(),
    (error: LabError) => error,
  );
  assert.is((error as LabError).code, "RUND_ENV_START");
  assert.match((error as LabError).hint ?? "", "it cannot");
  assert.not.ok(existsSync(home));
  rmSync(bin, { recursive: true });
});

test("a folder whose path is too long for sockets is refused before anything is made", async () => {
  const error = await startContainerd(join(folder, "x".repeat(100))).then(
    () => assert.unreachable(),
    (error: LabError) => error,
  );
  assert.is((error as LabError).code, "RUND_ENV_FOLDER");
});

test.run();
