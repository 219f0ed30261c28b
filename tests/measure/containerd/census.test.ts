import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startContainerd, stopContainerd } from "../../../src/measure/changes/index.js";
import { census, controlGroupsOf, sandboxIds, shimSocketsOf } from "../../../src/measure/containerd/census.js";
import { connectCri } from "../../../src/measure/cri/index.js";
import { identify, isAlive } from "../../../src/measure/system/process-identity.js";
import { until } from "../../support/child-command.js";
import { needs, suiteNeeding } from "../../support/needs.js";

const test = suiteNeeding("the census of a private containerd", needs.root, needs.containerd, needs.runc);

let folder: string;
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
});
test.after.each(async () => {
  await stopContainerd(join(folder, "containerd"));
  rmSync(folder, { recursive: true });
});

test("containerd is killed while sandboxes start: the census names what is left, and stopping clears exactly that", async () => {
  const home = join(folder, "containerd");
  const { endpoint, pid } = await startContainerd(home);
  const containerd = identify(pid)!;
  const client = connectCri(endpoint);
  const starts = Array.from({ length: 6 }, (_, index) =>
    client
      .runPodSandbox({
        ...{ name: `test-${index}`, uid: `uid-${index}`, namespace: "rund-lab-test", handler: "runc" },
        ...{ labels: {}, network: "NODE" },
      })
      .catch(() => ""),
  );
  // one is ready, the others are in the middle of their creation or soon done
  await Promise.race(starts);
  process.kill(pid, "SIGKILL");
  await until(() => !isAlive(containerd));
  await Promise.all(starts);
  client.close();

  const left = await census(home);
  const kinds = new Set(left.map(({ kind }) => kind));
  // mounts are not asked for: on hybrid control groups containerd has a mount namespace of its own
  for (const kind of ["process", "shim socket", "control group", "folder"] as const) {
    assert.ok(kinds.has(kind), `${kind} in ${[...kinds].join(", ")}`);
  }
  const ids = await sandboxIds(home);
  const [sockets, groups] = [shimSocketsOf(home, ids), controlGroupsOf(ids)];
  assert.ok(sockets.length > 0 && groups.length > 0);

  assert.ok(await stopContainerd(home));
  assert.equal([...sockets, ...groups].filter(existsSync), []);
  assert.equal(await census(home), []);
});

test.run();
