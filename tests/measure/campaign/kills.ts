import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { replaySource } from "../../../src/cli/replay.js";
import { campaignGroups } from "../../../src/measure/containerd/census/control-groups.js";
import { findCniPlugins } from "../../../src/measure/containerd/pod-network.js";
import { type PrivateContainerd, restartContainerd, runtimes, startReplayServer } from "../../../src/measure/index.js";
import { childCommand } from "../../support/child-command.js";
import { readCampaign } from "./campaigns.js";
import { assertNothingLeft, processesOf } from "./real.js";

/** Moments in [0, 1) that a seed decides. */
function moments(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const campaignIn = (out: string): string | undefined => {
  const [name] = readdirSync(out);
  return name === undefined ? undefined : join(out, name);
};

/** Makes sure that every round of every cell is there once. */
function assertOnce(
  campaign: string,
  runtimes: readonly string[],
  concurrency: readonly number[],
  rounds: number,
): void {
  const found = readCampaign(campaign).rounds.map(each => `${each.runtime} ${each.concurrency} ${each.round}`);
  const expected = runtimes.flatMap(runtime =>
    concurrency.flatMap(clients => Array.from({ length: rounds }, (_, index) => `${runtime} ${clients} ${index + 1}`)),
  );
  assert.equal(found.sort(), expected.sort());
}

/**
 * A campaign on a replay server whose harness is killed with SIGKILL again and again, at any moment from its start on, and
 * resumed each time.
 */
export async function killOnReplay(out: string, kills: number): Promise<void> {
  const dataset = await loadDataset("paper_data");
  const server = await startReplayServer(replaySource({ dataset, only: null }, runtimes), { speed: 20 });
  const random = moments(kills);
  const rounds = kills;
  const words = ["--runtime", "kata,rund", "--concurrency", "1,10", "--rounds", String(rounds), "--blocks", "3"];
  const begin = ["run", "time", ...words, "--out", out, "--endpoint", server.endpoint];
  try {
    for (let kill = 0; kill < kills; ) {
      const campaign = campaignIn(out);
      const child = childCommand(out, campaign === undefined ? begin : ["run", "--resume", campaign]);
      // at times before it has begun, mostly in the middle of something
      if (random() < 0.9) await Promise.race([child.said(/\d+\/\d+ time/), child.ended]);
      await new Promise(resolve => setTimeout(resolve, random() * 700));
      child.kill("SIGKILL");
      if ((await child.ended) === 0) break;
      kill++;
    }
    const last = childCommand(out, ["run", "--resume", campaignIn(out)!]);
    assert.is(await last.ended, 0, last.output());
    assert.is(readdirSync(out).length, 1);
    assertOnce(campaignIn(out)!, ["kata", "rund"], [1, 10], rounds);
    assert.equal((await loadDataset(campaignIn(out)!)).problems, []);
    assert.equal(server.sandboxes(), []);
  } finally {
    await server.close();
  }
}

/** What is killed, or only stopped, in turn. */
const victims = ["harness", "containerd", "shim", "stopped shim", "harness and containerd"] as const;

/**
 * The same on a real containerd, where containerd and shims are killed too, and some shims are stopped instead. In the end nothing of
 * any kind is left by the census, nor of the campaign's own control groups.
 *
 * @returns what was hit, in order
 */
export async function killOnContainerd(
  containerd: PrivateContainerd,
  out: string,
  kills: number,
): Promise<readonly string[]> {
  const random = moments(kills);
  const rounds = 2 + kills;
  const words = ["--runtime", "runc", "--concurrency", "5", "--rounds", String(rounds), "--blocks", "2"];
  const network = findCniPlugins() === undefined ? [] : ["--network", "pod"];
  const begin = ["run", "time", ...words, ...network, "--timeout", "30", "--out", out];
  const hit: string[] = [];
  let own = containerd;
  const resume = async () => {
    const campaign = campaignIn(out);
    const child = childCommand(
      out,
      campaign === undefined ? [...begin, "--endpoint", own.endpoint] : ["run", "--resume", campaign],
    );
    await Promise.race([child.said(/\d+\/\d+ time/), child.ended]);
    return child;
  };
  for (let kill = 0; kill < kills; kill++) {
    const child = await resume();
    await new Promise(resolve => setTimeout(resolve, random() * 4000));
    const victim = victims[kill % victims.length]!;
    if (victim.startsWith("harness")) child.kill("SIGKILL");
    if (victim.endsWith("containerd")) process.kill(own.pid, "SIGKILL");
    if (victim.endsWith("shim")) {
      const shims = processesOf(own);
      const shim = shims[Math.floor(random() * shims.length)];
      if (shim !== undefined) process.kill(Number(shim), victim === "shim" ? "SIGKILL" : "SIGSTOP");
      hit.push(shim === undefined ? `no ${victim}` : victim);
      // a campaign lives on without a shim: the round is partial
      child.kill("SIGINT");
    } else hit.push(victim);
    await child.ended;
    if (victim.endsWith("containerd")) own = await restartContainerd(own.folder);
  }
  const last = await resume();
  assert.is(await last.ended, 0, last.output());
  assertOnce(campaignIn(out)!, ["runc"], [5], rounds);
  await assertNothingLeft(own);
  const { label } = JSON.parse(readFileSync(join(campaignIn(out)!, "run.json"), "utf8")) as { label: string };
  assert.equal(campaignGroups(`rund-lab-${label}`), []);
  return hit;
}
