import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parseEvents } from "../../../src/campaign-files/index.js";
import { childCommand } from "../../support/child-command.js";

/** Moments in [0, 1) that a seed decides. */
function moments(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Kills a campaign with SIGKILL at random moments and resumes it each time; in the end every round is there once.
 *
 * @param words begin the campaign
 * @param rounds how many it has
 * @returns the campaign's folder
 */
export async function killAndResume(
  out: string,
  words: readonly string[],
  rounds: number,
  kills: number,
): Promise<string> {
  const random = moments(kills);
  const campaign = () => {
    const [name] = readdirSync(out);
    return name === undefined ? undefined : join(out, name);
  };
  const begin = () => (campaign() === undefined ? [...words, "--out", out] : ["run", "--resume", campaign()!]);
  for (let kill = 0; kill < kills; kill++) {
    const child = childCommand(out, begin());
    await Promise.race([child.said(/\d+\/\d+ (cgroups|rootfs)/), child.ended]);
    await new Promise(resolve => setTimeout(resolve, random() * 1500));
    child.kill("SIGKILL");
    if ((await child.ended) === 0) break;
  }
  const last = childCommand(out, begin());
  assert.is(await last.ended, 0, last.output());
  const { rows } = parseEvents(readFileSync(join(campaign()!, "events.ndjson"), "utf8"));
  const done = rows.flatMap(event =>
    event.event === "operations" ? [`${event.run} ${event.density} ${event.concurrency} ${event.round}`] : [],
  );
  assert.is(new Set(done).size, rounds);
  assert.is(done.length, rounds);
  return campaign()!;
}
