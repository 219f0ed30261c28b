/**
 * Simulates campaigns on a machine that drifts by 30 %, with a random walk of 1 % a visit, and prints the error rates of their
 * comparisons: the share in which equal runtimes are called different, with a fixed number of rounds and with --until-decided;
 * the share in which a difference of 5 % is found with the number of rounds that --detect suggests; and the share of campaigns,
 * drawn from a recorded one, that a gate stops. It takes some minutes.
 *
 *   node --import tsx bench/comparisons.ts [campaigns] [recorded campaign] [runtime] [its second id in that campaign]
 */
import { fileURLToPath } from "node:url";
import { loadDataset, recordedCampaign } from "../src/analysis/datasets/index.js";
import { mean, median } from "../src/analysis/stats/index.js";
import { detect, findsDifference, gateStops, shared, untilDecided } from "../tests/analysis/compare/simulated.js";

export default async function bench(
  campaigns = 1000,
  folder = recordedCampaign,
  runtime = "runc",
  secondId = runtime,
): Promise<void> {
  const seeds = Array.from({ length: campaigns }, (_, i) => String(i));
  const share = (found: readonly boolean[]) => `${((100 * found.filter(Boolean).length) / found.length).toFixed(1)} %`;

  console.log(`${campaigns} campaigns of two equal runtimes, 4 cells, 5 blocks of 2 rounds:`);
  console.log(`  some cell is called different in ${share(seeds.map(seed => findsDifference(shared, seed)))}`);
  for (const [blocks, concurrency] of [
    [40, [1, 10, 20, 100]],
    [8, [10]],
  ] as const) {
    const found = seeds.map(seed => untilDecided({ ...shared, blocks, concurrency }, seed));
    const ended = found.map(each => each.blocks);
    console.log(
      `equal runtimes, ${concurrency.length} cells, --until-decided 5%, at most ${blocks} blocks of 2 rounds:`,
    );
    console.log(
      `  some cell is called different in ${share(found.map(({ different }) => different))}; ended after blocks: median ${median(ended)}, mean ${mean(ended).toFixed(1)}`,
    );
  }
  for (const [factor, concurrency] of [
    [1.05, [10]],
    [1 / 1.05, [10]],
    [1.05, [1, 10, 20, 100]],
    [1, [10]],
    [1, [1, 10, 20, 100]],
  ] as const) {
    const found = seeds.map(seed => detect({ ...shared, factor, concurrency }, seed));
    const wanted = factor > 1 ? "slower" : factor < 1 ? "faster" : "same";
    const cells = found.flatMap(({ verdicts }) => verdicts.map(verdict => verdict === wanted));
    console.log(
      `--detect 5% by a pilot of 10 rounds, ${concurrency.length} cells, true ratio ${factor.toFixed(3)}: ${wanted} in ${share(cells)} of cells; rounds: median ${median(found.map(({ rounds }) => rounds))}`,
    );
  }
  for (const factor of [1, 1.1]) {
    const stopped = seeds.map(seed => detect({ ...shared, factor, concurrency: [10] }, seed).stopped);
    console.log(
      `a gate slower:5% with the rounds that --detect 5% names, true ratio ${factor}: stops ${share(stopped)} of campaigns`,
    );
  }
  const recorded = await loadDataset(folder);
  const pair: readonly [string, string] = [runtime, secondId];
  for (const factor of [1, 1.1]) {
    const stopped = seeds
      .slice(0, 200)
      .map(seed => gateStops(recorded, pair, factor, seed))
      .filter(Boolean).length;
    const drawn = `the blocks of ${runtime === secondId ? runtime : pair.join(" and ")} in ${recorded.name}`;
    console.log(
      `a gate slower:5% on two campaigns drawn from ${drawn}, the second × ${factor}: stops ${stopped} of 200`,
    );
  }
}

const [, script, campaigns = "1000", ...recorded] = process.argv;
if (script === fileURLToPath(import.meta.url)) await bench(Number(campaigns), ...recorded);
