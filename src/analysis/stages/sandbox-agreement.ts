import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RoundEvent } from "../../campaign-files/index.js";
import { groupBy } from "../../model/group-by.js";
import { type CellPlace, type CellSample, meansByBlock, placeKey } from "../compare/cells.js";
import { contrast } from "../compare/contrast.js";
import { type ComparedCell, judgeFamily } from "../compare/family.js";
import { byGrid } from "../grid-order.js";
import { mean } from "../stats/index.js";
import { readRounds } from "./campaign-rounds.js";
import { kubeletCalls } from "./kubelet-calls.js";
import { placeOf } from "./latency-table.js";

/**
 * Compares the duration of RunPodSandbox in the cells that two campaigns share, with the verdicts of `compare`. On a cluster the
 * duration comes from the kubelets' own counters, and on a single machine from rund-lab's clock. Both are the same call to the
 * same container runtime, so a campaign on a cluster and one on the bare containerd of its node can be compared by it.
 *
 * A value is the mean over the cold starts of a round. Rounds whose kubelets could not be read are left out.
 *
 * @param a the baseline, such as the rounds on the bare node
 * @param tolerance two cells are the same if the 90 % interval of B / A is within this share of 1
 * @returns a cell for each place that both sides have, by runtime, density and concurrency; times in milliseconds
 */
export function sandboxAgreement(
  a: readonly RoundEvent[],
  b: readonly RoundEvent[],
  tolerance = 0.05,
): readonly ComparedCell[] {
  const [left, right] = [samplesByPlace(a), samplesByPlace(b)];
  const found = [...left].flatMap(([key, { place, sample }]) => {
    const partner = right.get(key);
    if (partner === undefined) return [];
    return [{ place, against: place.runtime, contrast: contrast(sample, partner.sample, `sandbox/${key}`) }];
  });
  return judgeFamily(
    found.sort((one, other) => byGrid(one.place, other.place)),
    tolerance,
  );
}

/**
 * Compares RunPodSandbox in two campaigns' folders, as `sandboxAgreement` does; empty if one of them has no journal.
 *
 * @param folders the baseline's first
 */
export function sandboxStage(folders: readonly [string, string], tolerance?: number): readonly ComparedCell[] {
  if (!folders.every(folder => existsSync(join(folder, "events.ndjson")))) return [];
  return sandboxAgreement(readRounds(folders[0]), readRounds(folders[1]), tolerance);
}

function samplesByPlace(rounds: readonly RoundEvent[]) {
  return new Map(
    [...groupBy(rounds, round => placeKey(cellOf(round)))].flatMap(([key, own]) => {
      const sample = sampleOf(own);
      return sample.values.length === 0 ? [] : [[key, { place: cellOf(own[0]!), sample }] as const];
    }),
  );
}

function cellOf(round: RoundEvent): CellPlace {
  const { experiment, runtime, density, concurrency } = placeOf(round);
  return { metric: "time", experiment, runtime, density, concurrency, memory: null, operation: "RunPodSandbox" };
}

function sampleOf(rounds: readonly RoundEvent[]): CellSample {
  const complete = rounds.filter(({ makespanMs }) => makespanMs !== null);
  const timed = complete.flatMap(round => {
    const ms = sandboxMs(round);
    return ms === undefined ? [] : [[`${round.run}/${round.block}`, ms] as const];
  });
  return {
    of: "rounds",
    values: timed.map(([, ms]) => ms),
    blocks: meansByBlock(timed),
    failedRounds: rounds.length - complete.length,
    attempted: null,
    failed: null,
  };
}

/** Returns the mean duration of a round's calls; undefined if the kubelets of a cluster were not read. */
function sandboxMs(round: RoundEvent): number | undefined {
  const ready = round.samples.flatMap(sample => (sample.status === "ready" ? [sample] : []));
  if (ready.some(({ scheduledMs }) => scheduledMs !== undefined)) return kubeletCalls([round])?.sandboxMs;
  return mean(ready.map(({ answeredMs, sentMs }) => answeredMs - sentMs));
}
