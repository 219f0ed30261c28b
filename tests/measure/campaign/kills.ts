import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { replaySource } from "../../../src/cli/run/replay.js";
import { campaignGroups } from "../../../src/measure/containerd/census/control-groups.js";
import { findCniPlugins } from "../../../src/measure/containerd/pod-network.js";
import { type PrivateContainerd, restartContainerd, runtimes, startReplayServer } from "../../../src/measure/index.js";
import { type ChildCommand, childCommand, until } from "../../support/child-command.js";
import { readCampaign } from "./campaigns.js";
import { assertNothingLeft, processesOf } from "./real.js";

/** Numbers in [0, 1) that a seed decides. */
function numbers(seed: number): () => number {
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

/** The rounds that are in a campaign's journal; 0 while there is none. */
function roundsIn(out: string): number {
  const campaign = campaignIn(out);
  const file = campaign === undefined ? "" : join(campaign, "events.ndjson");
  return existsSync(file) ? readFileSync(file, "utf8").split('{"event":"round"').length - 1 : 0;
}

/** A moment of a campaign: a number of rounds in its journal, and milliseconds after the last of them. */
interface Moment {
  readonly rounds: number;
  readonly afterMs: number;
}

/**
 * Draws moments that are spread over a whole campaign: its rounds are divided into as many parts as there are moments, and
 * each part gets one.
 *
 * @param spanMs about how long a round takes
 */
const drawMoments = (count: number, rounds: number, spanMs: number, random: () => number): readonly Moment[] =>
  Array.from({ length: count }, (_, index) => ({
    rounds: Math.floor(((index + random()) * rounds) / count),
    afterMs: random() * spanMs,
  }));

/** Waits until a campaign has come to a moment, or its process has ended. */
async function reach({ rounds, afterMs }: Moment, out: string, child: ChildCommand): Promise<void> {
  let over = false;
  void child.ended.then(() => (over = true));
  await until(
    () => over || roundsIn(out) >= rounds,
    () => `no ${rounds} rounds: ${child.output()}`,
    180_000,
  );
  await Promise.race([child.ended, new Promise(resolve => setTimeout(resolve, afterMs))]);
}

/**
 * A campaign on a replay server whose harness is killed with SIGKILL at moments that are spread over the whole campaign, and
 * resumed each time. One kill in ten comes while the session begins.
 */
export async function killOnReplay(out: string, kills: number): Promise<void> {
  const dataset = await loadDataset("paper_data");
  const server = await startReplayServer(replaySource({ dataset, only: null }, runtimes), { speed: 20 });
  const random = numbers(kills);
  const rounds = kills;
  const words = ["--runtime", "kata,rund", "--concurrency", "1,10", "--rounds", String(rounds), "--blocks", "3"];
  const begin = ["run", "time", ...words, "--out", out, "--endpoint", server.endpoint];
  try {
    for (const moment of drawMoments(kills, 4 * rounds, 100, random)) {
      const campaign = campaignIn(out);
      const child = childCommand(out, campaign === undefined ? begin : ["run", "--resume", campaign]);
      if (random() < 0.1) await new Promise(resolve => setTimeout(resolve, random() * 1500));
      else await reach(moment, out, child);
      child.kill("SIGKILL");
      assert.is(await child.ended, null, child.output());
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

/** What is killed, or only stopped, in turn. A stopped containerd answers nobody, so its harness is killed too. */
const victims = [
  ...(["harness", "containerd", "shim", "stopped shim"] as const),
  ...(["harness and containerd", "harness beside a stopped containerd"] as const),
] as const;

/**
 * The same on a real containerd, where containerd and shims are killed too, and some are stopped instead. A campaign goes on
 * without a shim: its round is then partial. In the end nothing of any kind is left by the census, nor of the campaign's own
 * control groups.
 *
 * @returns what was hit, in order, and after how many rounds
 */
export async function killOnContainerd(
  containerd: PrivateContainerd,
  out: string,
  kills: number,
): Promise<readonly string[]> {
  const random = numbers(kills);
  const rounds = 2 * kills;
  const words = ["--runtime", "runc", "--concurrency", "5", "--rounds", String(rounds), "--blocks", "2"];
  const network = findCniPlugins() === undefined ? [] : ["--network", "pod"];
  const begin = ["run", "time", ...words, ...network, "--timeout", "30", "--out", out];
  const hit: string[] = [];
  let own = containerd;
  const launch = () => {
    const campaign = campaignIn(out);
    return childCommand(
      out,
      campaign === undefined ? [...begin, "--endpoint", own.endpoint] : ["run", "--resume", campaign],
    );
  };
  let child = launch();
  for (const [index, moment] of drawMoments(kills, rounds, 1500, random).entries()) {
    const victim = victims[index % victims.length]!;
    await reach(moment, out, child);
    const ofShim = victim.endsWith("shim");
    if (ofShim)
      await until(
        () => processesOf(own).length > 0,
        () => `no sandbox: ${child.output()}`,
      );
    hit.push(`${victim} after ${roundsIn(out)} rounds`);
    if (ofShim) {
      const shims = processesOf(own);
      const shim = Number(shims[Math.floor(random() * shims.length)]);
      process.kill(shim, victim === "shim" ? "SIGKILL" : "SIGSTOP");
      continue;
    }
    if (victim.endsWith("stopped containerd")) process.kill(own.pid, "SIGSTOP");
    if (victim.startsWith("harness")) child.kill("SIGKILL");
    if (victim.endsWith("containerd") && !victim.includes("stopped")) process.kill(own.pid, "SIGKILL");
    assert.is.not(await child.ended, 0, `${hit.at(-1)}: ${child.output()}`);
    if (victim.endsWith("containerd")) own = await restartContainerd(own.folder);
    child = launch();
  }
  assert.is(await child.ended, 0, child.output());
  assertOnce(campaignIn(out)!, ["runc"], [5], rounds);
  await assertNothingLeft(own);
  const { label } = JSON.parse(readFileSync(join(campaignIn(out)!, "run.json"), "utf8")) as { label: string };
  assert.equal(campaignGroups(`rund-lab-${label}`), []);
  return hit;
}
