import {
  allDecided,
  compare,
  type RoundSoFar,
  roundsToDetect,
  stoppedBy,
} from "../../../src/analysis/compare/index.js";
import type { Dataset, Round } from "../../../src/analysis/datasets/dataset.js";
import { type Random, random } from "../../../src/analysis/stats/random.js";
import { dataset, startCell } from "../synthetic.js";

/** A campaign that is simulated: its runtimes take turns within blocks, and the machine under it does not stay the same. */
export interface SimulatedCampaign {
  readonly blocks: number;
  readonly roundsPerBlock: number;
  /** Concurrency of each cell; the makespan is 50 ms times its square root. */
  readonly concurrency: readonly number[];
  /** How many times as slow the second runtime is as the first. */
  readonly factor: number;
  /** Standard deviation of a round, as a share, and its skewness by way of a log-normal. */
  readonly scatter: number;
  /** The machine's drift from the first block to the last, as a share: 0.3 makes the last block 30 % slower. */
  readonly drift: number;
  /** Standard deviation of the step that the machine's level takes from one visit to the next (a random walk). */
  readonly walk: number;
}

/** As a small machine that others use: 5 % a round, 30 % over the campaign, 1 % from visit to visit. */
export const shared: SimulatedCampaign = {
  blocks: 5,
  roundsPerBlock: 2,
  concurrency: [1, 10, 20, 100],
  factor: 1,
  scatter: 0.05,
  drift: 0.3,
  walk: 0.01,
};

const runtimes = ["first", "second"] as const;

/** Simulates a campaign visit by visit, in an order that is drawn anew in each block, and gives its rounds. */
export function* simulate(campaign: SimulatedCampaign, stream: Random): Generator<RoundSoFar & { makespanMs: number }> {
  const { blocks, roundsPerBlock, concurrency, factor, scatter, drift, walk } = campaign;
  const visits = runtimes.flatMap(runtime => concurrency.map(clients => ({ runtime, clients })));
  let level = 1;
  for (let block = 1; block <= blocks; block++) {
    for (const { runtime, clients } of shuffled(visits, stream)) {
      level *= 1 + drift / (blocks * visits.length) + walk * stream.normal();
      const usual = 50 * Math.sqrt(clients) * level * (runtime === "second" ? factor : 1);
      for (let round = 0; round < roundsPerBlock; round++) {
        yield {
          runtime,
          density: 0,
          concurrency: clients,
          block,
          makespanMs: usual * Math.exp(scatter * stream.normal()),
        };
      }
    }
  }
}

/** Rounds as a dataset of one campaign. */
export function campaignOf(rounds: readonly (RoundSoFar & { makespanMs: number })[], lastBlock?: number): Dataset {
  const cells = [...new Set(rounds.map(({ concurrency }) => concurrency))].flatMap(concurrency =>
    runtimes.map(runtime => {
      const own = rounds.filter(round => round.runtime === runtime && round.concurrency === concurrency);
      const makespans = own.map(({ makespanMs }) => makespanMs);
      return startCell({ runtime, concurrency, makespans, blocks: own.map(({ block }) => block), busy: [] });
    }),
  );
  return dataset({
    name: "simulated",
    starts: cells,
    run: { campaign: "simulated", ...(lastBlock === undefined ? {} : { lastBlock }) },
  });
}

const within = (found: Dataset, tolerance = 0.05) =>
  compare(found, found, { runtimes: [{ a: "first", b: "second" }], tolerance }).cells.filter(
    ({ metric }) => metric === "time",
  );
const isDifferent = ({ verdict }: { readonly verdict: string }) => verdict === "slower" || verdict === "faster";

/** Whether a comparison of a simulated campaign calls some cell different. */
export function findsDifference(campaign: SimulatedCampaign, seed: string): boolean {
  return within(campaignOf([...simulate(campaign, random(seed))])).some(isDifferent);
}

/** What `--until-decided 5%` makes of a simulated campaign: when it ends, and whether some cell is called different. */
export function untilDecided(campaign: SimulatedCampaign, seed: string): { blocks: number; different: boolean } {
  const plan = { runtimes, cells: campaign.concurrency.length, blocks: campaign.blocks, tolerance: 0.05 };
  const perBlock = runtimes.length * campaign.concurrency.length * campaign.roundsPerBlock;
  const rounds: (RoundSoFar & { makespanMs: number })[] = [];
  for (const round of simulate(campaign, random(seed))) {
    rounds.push(round);
    if (rounds.length % perBlock === 0 && allDecided(rounds, plan)) break;
  }
  return { blocks: rounds.length / perBlock, different: within(campaignOf(rounds, campaign.blocks)).some(isDifferent) };
}

/**
 * Plans a comparison by a simulated pilot, measures the planned campaign, and says of each cell what was found.
 *
 * @returns the rounds that the plan named, the verdicts, and whether a gate at 5 % stops the second runtime
 */
export function detect(
  campaign: SimulatedCampaign,
  seed: string,
): { readonly rounds: number; readonly verdicts: readonly string[]; readonly stopped: boolean } {
  const pilot = campaignOf([...simulate({ ...campaign, factor: 1 }, random(`${seed}/pilot`))]);
  const { concurrency } = campaign;
  const planned = { experiment: "time", runtimes, density: [0], concurrency, tolerance: 0.05 } as const;
  const { rounds } = roundsToDetect(planned, [pilot]);
  const measured = campaignOf([
    ...simulate({ ...campaign, blocks: rounds, roundsPerBlock: 1 }, random(`${seed}/measured`)),
  ]);
  const found = compare(measured, measured, { runtimes: [{ a: "first", b: "second" }] });
  const verdicts = found.cells.filter(({ metric }) => metric === "time").map(({ verdict }) => verdict);
  return { rounds, verdicts, stopped: stoppedBy(found, 0.05).length > 0 };
}

/**
 * Draws two campaigns from the blocks of a recorded one, with repetition, and says whether a gate stops the second.
 *
 * @param runtimes the first of which both are drawn from; with a second, it stands for the second campaign
 * @param factor by which the second's makespans are multiplied
 */
export function gateStops(
  recorded: Dataset,
  runtimes: readonly [string, string],
  factor: number,
  seed: string,
): boolean {
  const stream = random(seed);
  // two campaigns have two folders: the runtimes of one would be paired
  const a = { ...drawBlocks(recorded, runtimes[0], 1, stream), path: "a" };
  const b = { ...drawBlocks(recorded, runtimes[1], factor, stream), path: "b" };
  return stoppedBy(compare(a, b, { runtimes: [{ a: runtimes[0], b: runtimes[1] }] }), 0.05).length > 0;
}

/** As many blocks as were recorded, each drawn from all of them. */
function drawBlocks(recorded: Dataset, runtime: string, factor: number, stream: Random): Dataset {
  const cells = recorded.starts.filter(cell => cell.runtime === runtime && cell.experiment === "time");
  const blocks = [...new Set(cells.flatMap(({ rounds }) => rounds.map(({ block }) => block)))];
  const drawn = blocks.map(() => blocks[stream.below(blocks.length)]!);
  const starts = cells.map(cell => ({
    ...cell,
    rounds: drawn.flatMap((from, k) =>
      cell.rounds
        .filter(({ block }) => block === from)
        .map((round): Round => ({ ...round, block: k + 1, makespanMs: round.makespanMs * factor })),
    ),
  }));
  return { ...recorded, starts, memory: [] };
}

function shuffled<Value>(values: readonly Value[], stream: Random): readonly Value[] {
  const own = [...values];
  for (let i = own.length - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [own[i], own[j]] = [own[j]!, own[i]!];
  }
  return own;
}
