import { join } from "node:path";
import * as assert from "uvu/assert";
import type { MemoryEvent } from "../../../src/campaign-files/index.js";
import { connectCri, startContainerd } from "../../../src/measure/index.js";
import { needs } from "../../support/needs.js";
import { assertTablesAsPandas } from "../reference.js";
import { readCampaign } from "./campaigns.js";
import { assertNothingLeft, briefTiming, measureOn, processesOf, suiteOnContainerd } from "./real.js";

const { test, own } = suiteOnContainerd(
  "campaigns on a real containerd",
  needs.runc,
  needs.crun,
  needs.runsc,
  needs.python,
);

const ids = ["runc", "crun", "runsc"];

test("all three experiments with runc, crun and gVisor: the tables equal those of pandas, and nothing is left behind", async () => {
  const campaign = await measureOn(
    own.containerd.endpoint,
    [
      { experiment: "time", runtimes: ids, concurrency: [1, 10], rounds: 2 },
      { experiment: "memory", runtimes: ids, density: [1, 10] },
      { experiment: "density", runtimes: ids, density: [20], concurrency: [10], rounds: 1 },
    ],
    { out: own.folder },
  );
  const tables = await assertTablesAsPandas(campaign);
  assert.equal(Object.keys(tables.time!).sort(), ["crun", "runc", "runsc"]);
  const { rounds, events } = readCampaign(campaign);
  assert.is(rounds.length, 3 * 2 * 2 + 3);
  for (const { samples, makespanMs, cpu, serviceSkewMs, startSkewMs, background } of rounds) {
    assert.ok(samples.every(({ status }) => status === "ready"));
    assert.ok(makespanMs! > 5 && cpu.total > 0 && startSkewMs >= 0);
    assert.ok(serviceSkewMs !== null, "containerd's log has every request");
    if (background !== null) assert.equal([background.before, background.after], [20, 20]);
  }
  for (const event of events.filter((each): each is MemoryEvent => each.event === "memory")) {
    const { runtime, density, sandboxes, components, found } = event;
    assert.is(sandboxes, density);
    assert.is(components.find(({ component }) => component === "shim")!.processes, density);
    assert.equal([found.without, found.vanished], [0, 0]);
    if (runtime === "runsc") assert.is(components.find(({ component }) => component === "sandbox")!.processes, density);
    else assert.equal([found.bySandbox, found.onlyBySandbox], [2 * density, 0]);
    assert.ok(event.enginePssKiB! > 10_000);
  }
  await assertNothingLeft(own.containerd);
});

test("killing the shim of a background sandbox makes the round partial, and the sandbox is replaced", async () => {
  let killed = false;
  const campaign = await measureOn(
    own.containerd.endpoint,
    [{ experiment: "density", runtimes: ["runc"], density: [5], concurrency: [10], rounds: 2, order: "grid" }],
    { out: own.folder },
    {
      // containerd 1.7.24 lists a sandbox as ready for 1.8 s after its shim was killed
      timing: { ...briefTiming, settleMs: 2_500 },
      report: ({ doing }) => {
        if (doing !== "round 1" || killed) return;
        killed = true;
        const [shim] = processesOf(own.containerd);
        // once the round runs: its report comes before the background is counted
        const wait = () => {
          if (processesOf(own.containerd).length > 6) process.kill(Number(shim), "SIGKILL");
          else setTimeout(wait, 5);
        };
        setTimeout(wait, 5);
      },
    },
  );
  const { rounds } = readCampaign(campaign);
  assert.ok(killed);
  assert.equal(
    rounds.map(({ background }) => background!.before),
    [5, 5],
  );
  const [first, second] = rounds;
  // containerd may notice the death only after the round: then it is found and replaced before the next
  assert.is(second!.background!.topUps, 1);
  if (first!.background!.after === 4) assert.is(first!.makespanMs, null);
  await assertNothingLeft(own.containerd);
});

test("foreign sandboxes survive in any namespace", async () => {
  const cri = connectCri(own.containerd.endpoint);
  const other = { name: "test-runc-0-1-1-1", uid: "other", handler: "runc", network: "NODE" } as const;
  const theirs = [];
  for (const [namespace, label] of [
    ["rund-lab", "other"],
    ["density-rund-lab", "raw-rund-lab"],
  ] as const) {
    theirs.push(await cri.runPodSandbox({ ...other, namespace, labels: { "rund-lab.campaign": label } }));
  }
  await measureOn(own.containerd.endpoint, [{ experiment: "time", runtimes: ["crun"], concurrency: [3], rounds: 1 }], {
    out: own.folder,
  });
  for (const id of theirs) assert.is((await cri.podSandboxStatus(id)).state, "SANDBOX_READY");
  for (const id of theirs) await cri.removePodSandbox(id);
  assert.equal(await cri.listPodSandbox({ "rund-lab.campaign": "other" }), []);
  cri.close();
});

test("if containerd is killed in the middle of a round, the campaign reports it, and continues after a restart", async () => {
  const { restartContainerd } = await import("../../../src/measure/index.js");
  const mortal = await startContainerd(join(own.folder, "mortal"));
  const wishes = [{ experiment: "time", runtimes: ["runc"], concurrency: [5], rounds: 3, order: "grid" }] as const;
  let path = "";
  try {
    const { readdirSync } = await import("node:fs");
    const out = join(own.folder, "killed");
    await measureOn(
      mortal.endpoint,
      wishes,
      { out },
      {
        report: ({ doing }) => {
          if (doing === "round 2") setTimeout(() => process.kill(mortal.pid, "SIGKILL"), 20);
        },
      },
    ).then(
      () => assert.unreachable("the campaign does not notice"),
      error => assert.is(error.code, "RUND_SERVICE_LOST", error.message),
    );
    path = join(out, readdirSync(out)[0]!);
    assert.is(readCampaign(path).rounds.length, 1);
    const back = await restartContainerd(mortal.folder);
    await measureOn(mortal.endpoint, wishes, { resume: path });
    assert.equal(
      readCampaign(path).rounds.map(({ round }) => round),
      [1, 2, 3],
    );
    await assertTablesAsPandas(path);
    await assertNothingLeft(back);
  } finally {
    await mortal.stop();
  }
});

test.run();
