import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { restartContainerd, startContainerd, stopContainerd } from "../../../src/measure/changes/index.js";
import { type CensusEntry, census, isOfSandbox } from "../../../src/measure/containerd/census/index.js";
import { clearOrphans, orphansOf } from "../../../src/measure/containerd/orphans.js";
import { findCniPlugins } from "../../../src/measure/containerd/pod-network.js";
import { connectCri, type SandboxConfig } from "../../../src/measure/cri/index.js";
import { identify, isAlive } from "../../../src/measure/system/process-identity.js";
import { until } from "../../support/child-command.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { assertNothingLeft } from "../campaign/real.js";

const cni = { name: "CNI plugins", here: findCniPlugins() !== undefined };
const test = suiteNeeding("the census of a private containerd", needs.root, needs.containerd, needs.runc, cni);

let folder: string;
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
});
test.after.each(async () => {
  await stopContainerd(join(folder, "containerd"));
  rmSync(folder, { recursive: true });
});

const kindsOf = (remains: readonly CensusEntry[]) => new Set(remains.map(({ kind }) => kind));
const ofSandboxes = async (home: string) => (await census(home)).filter(isOfSandbox);

let made = 0;
const sandbox = (changes: Partial<SandboxConfig> = {}): SandboxConfig => {
  const name = `test-${++made}`;
  return {
    name,
    uid: name,
    namespace: "rund-lab-test",
    handler: "runc",
    labels: {},
    network: "POD",
    cgroupParent: "/rund-lab-census-test",
    ...changes,
  };
};

test("a sandbox with its own network has entries of every kind; without sandboxes there are none", async () => {
  const home = join(folder, "containerd");
  const containerd = await startContainerd(home);
  const { endpoint } = containerd;
  assert.equal([...kindsOf(await census(home))], ["containerd", "folder"]);
  const client = connectCri(endpoint);
  try {
    const id = await client.runPodSandbox(sandbox());
    const remains = await ofSandboxes(home);
    const kinds = ["process", "shim socket", "mount", "network namespace", "interface", "address"] as const;
    for (const kind of [...kinds, "control group", "snapshot", "file"] as const) {
      const own = remains.filter(each => each.kind === kind);
      assert.ok(own.length > 0, kind);
      assert.equal([...new Set(own.map(each => each.id))], [id], kind);
    }
    assert.is(remains.filter(({ kind }) => kind === "process").length, 2, "the shim and the pause process");
    assert.equal(await orphansOf(home), []);
    assert.equal(await clearOrphans(home), []);
    await client.stopPodSandbox(id);
    await client.removePodSandbox(id);
    await assertNothingLeft(containerd);
  } finally {
    client.close();
  }
});

test("if containerd is killed while sandboxes start, the census lists the remains, and stopping removes exactly these", async () => {
  const home = join(folder, "containerd");
  const { endpoint, pid } = await startContainerd(home);
  const containerd = identify(pid)!;
  const client = connectCri(endpoint);
  const starts = Array.from({ length: 6 }, () => client.runPodSandbox(sandbox()).catch(() => ""));
  // one is ready, the others are in the middle of their creation or soon done
  await Promise.race(starts);
  process.kill(pid, "SIGKILL");
  await until(() => !isAlive(containerd));
  await Promise.all(starts);
  client.close();

  const left = await census(home);
  const kinds = kindsOf(left);
  for (const kind of ["process", "shim socket", "network namespace", "interface", "address"] as const) {
    assert.ok(kinds.has(kind), `${kind} in ${[...kinds].join(", ")}`);
  }
  for (const kind of ["control group", "file", "folder"] as const) assert.ok(kinds.has(kind), kind);
  const paths = left.filter(({ kind }) => kind === "shim socket" || kind === "control group").map(({ what }) => what);

  assert.ok(await stopContainerd(home));
  assert.equal([...paths, ...paths.map(dirname).filter(each => each.includes("rund-lab-"))].filter(existsSync), []);
  assert.equal(await census(home), []);
});

test("after containerd was killed and started again, sandboxes without a record are removed, and the others stay", async () => {
  const home = join(folder, "containerd");
  const { endpoint, pid } = await startContainerd(home);
  const first = identify(pid)!;
  const before = connectCri(endpoint);
  const standing = await before.runPodSandbox(sandbox());
  const starts = Array.from({ length: 8 }, () => before.runPodSandbox(sandbox()).catch(() => ""));
  await Promise.race(starts);
  process.kill(pid, "SIGKILL");
  await until(() => !isAlive(first));
  await Promise.all(starts);
  before.close();
  await restartContainerd(home);
  const client = connectCri(endpoint);
  try {
    for (const { id } of await client.listPodSandbox({})) {
      if (id === standing) continue;
      await client.stopPodSandbox(id);
      await client.removePodSandbox(id);
    }
    await clearOrphans(home);
    assert.equal(await orphansOf(home), []);
    assert.is((await client.podSandboxStatus(standing)).state, "SANDBOX_READY");
    const ids = (await ofSandboxes(home)).flatMap(({ id }) => (id === undefined || id === standing ? [] : [id]));
    assert.equal(ids, []);
  } finally {
    client.close();
  }
});

test.run();
