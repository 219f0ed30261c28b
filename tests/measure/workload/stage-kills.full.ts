import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as assert from "uvu/assert";
import { childCommand } from "../../support/child-command.js";
import { lab } from "../../support/command-line.js";
import { needs, program } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, suiteOnContainerd } from "../campaign/real.js";
import { assertNoNetworkLeft } from "./leftovers.js";

const { test, own } = suiteOnContainerd("killed in each stage of a cold start", needs.runc, program("busybox"));

/**
 * A kind of event of containerd in each stage, as `ctr events` prints it, and which one of its kind. The sandbox before the rounds
 * makes one of each; then four clients make a sandbox and a container each.
 */
const stages = [
  ["sandbox snapshot", "/snapshot/prepare", 3],
  ["network", "/containers/update", 3],
  ["sandbox task", "/tasks/create", 3],
  ["sandbox start", "/tasks/start", 3],
  ["container record", "/containers/create", 8],
  ["container task", "/tasks/create", 8],
  ["container start", "/tasks/start", 8],
  ["removal of a task", "/tasks/exit", 4],
  ["removal of a container", "/containers/delete", 4],
] as const;

/** Resolves with the n-th event of a kind since it was called. */
async function nthEvent(kind: string, n: number): Promise<void> {
  const words = ["-a", own.containerd.socket, "-n", "k8s.io", "events"];
  const events = spawn("ctr", words, { stdio: ["ignore", "pipe", "inherit"] });
  let count = 0;
  try {
    for await (const line of createInterface(events.stdout)) if (line.includes(` ${kind} `) && ++count === n) return;
  } finally {
    events.kill();
  }
}

for (const [index, [stage, kind, n]] of stages.entries()) {
  const clearing = index % 2 === 0 ? "--resume" : "env restore";
  test(`${stage}: after kill -9 and ${clearing} no container, log, address, interface or control group is left`, async () => {
    const out = join(own.folder, `killed-${index}`);
    const wishes = "--runtime runc --concurrency 4 --rounds 2 --until response --network pod".split(" ");
    const event = nthEvent(kind, n);
    const run = ["run", "time", ...wishes, "--endpoint", own.containerd.endpoint, "--out", out];
    const child = childCommand(own.folder, run);
    await Promise.race([event, child.ended]);
    child.kill("SIGKILL");
    assert.is(await child.ended, null, child.output());
    const campaign = join(out, readdirSync(out)[0]!);
    const { code, stderr } = await lab(clearing === "--resume" ? ["run", "--resume", campaign] : ["env", "restore"]);
    assert.is(code, 0, stderr);
    if (clearing === "--resume") assert.is(readCampaign(campaign).rounds.length, 2);
    assert.not.ok(existsSync(join(campaign, "container-logs")));
    await assertNothingLeft(own.containerd);
    assertNoNetworkLeft(own.containerd);
  });
}

test.run();
