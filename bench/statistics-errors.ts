/**
 * Simulates comparisons: the share that finds a difference where there is none, and the smallest difference found. It uses
 * families of independent rounds, the recorded cells against themselves, and campaigns whose blocks differ more than their
 * rounds; it also computes the effect that is detectable with the recorded variances. It takes a few minutes on one core.
 *
 *   node --import tsx bench/statistics-errors.ts [families]
 */
import { fileURLToPath } from "node:url";
import type { StartCell } from "../src/analysis/datasets/dataset.js";
import { loadDataset } from "../src/analysis/datasets/index.js";
import { flagStarts } from "../src/analysis/flags.js";
import {
  ascending,
  dependent,
  detectableEffect,
  holm,
  mean,
  permutationTest,
  quantileR7,
  random,
  variance,
  welchRatio,
} from "../src/analysis/stats/index.js";

export default async function bench(families = 1000): Promise<void> {
  independentFamilies(families);
  const cells = [...(await loadDataset("paper_data")).starts, ...(await loadDataset("ae_data")).starts];
  recordedHalves(cells);
  blocks(families);
  power(cells);
}

/**
 * Counts the families with a false difference. A family has eight cells of ten rounds on either side, skewed as cold starts are;
 * both sides have the same distribution.
 */
function independentFamilies(families: number): void {
  const stream = random("families");
  const skewed = () => Math.exp(0.3 * stream.normal());
  const rounds = () => Array.from({ length: 10 }, skewed);
  let wrong = 0;
  for (let family = 0; family < families; family++) {
    const ps = Array.from({ length: 8 }, (_, i) => permutationTest(rounds(), rounds(), `${family}/${i}`));
    if (holm(ps).some(p => p < 0.05)) wrong++;
  }
  const error = 200 * Math.sqrt((0.05 * 0.95) / families);
  console.log(`A against A, ${families} families of 8 cells, 10 independent rounds a side:`);
  console.log(`  a false difference in ${percent(wrong / families)} (expected: 5 %, ± ${error.toFixed(1)} by chance)`);
}

/** Compares the halves of each recorded cell. Nothing changed between them, yet some differ, because recorded rounds drift. */
function recordedHalves(cells: readonly StartCell[]): void {
  const values = cells.map(({ rounds }) => rounds.map(({ makespanMs }) => makespanMs));
  const flags = flagStarts({ starts: cells });
  const split = (name: string, isFirst: (i: number, n: number) => boolean) => {
    const ps = values.map((own, cell) =>
      permutationTest(
        own.filter((_, i) => isFirst(i, own.length)),
        own.filter((_, i) => !isFirst(i, own.length)),
        `${name}/${cell}`,
      ),
    );
    const rejected = [...ps.keys()].filter(i => ps[i]! < 0.05);
    const corrected = [...holm(ps).entries()].filter(([, p]) => p < 0.05).map(([i]) => i);
    const drifting = (which: readonly number[]) => which.filter(i => flags[i]!.drift).length;
    const dependentOnes = rejected.filter(i => dependent(values[i]!)).length;
    console.log(
      `  ${name}: p < 0.05 in ${rejected.length} (${percent(rejected.length / cells.length)}), the drift flag on ${drifting(rejected)} of them, dependent rounds in ${dependentOnes}; after Holm ${corrected.length}, flagged ${drifting(corrected)}`,
    );
  };
  console.log(`the ${cells.length} recorded cells against themselves:`);
  split("odd against even rounds", i => i % 2 === 0);
  split("first against second half", (i, n) => i < n / 2);
}

/**
 * Counts false differences between equal campaigns of 5 blocks of 10 rounds, with and without regard to the blocks. The blocks'
 * own levels scatter half as much as their rounds do.
 */
function blocks(families: number): void {
  const stream = random("blocks");
  const campaign = () => {
    const levels = Array.from({ length: 5 }, () => 1000 * (1 + 0.01 * stream.normal()));
    return levels.map(level => Array.from({ length: 10 }, () => level * (1 + 0.02 * stream.normal())));
  };
  let [naive, aware] = [0, 0];
  for (let i = 0; i < families; i++) {
    const [a, b] = [campaign(), campaign()];
    if (permutationTest(a.flat(), b.flat(), i) < 0.05) naive++;
    if (welchRatio(a.map(mean), b.map(mean))!.p < 0.05) aware++;
  }
  console.log(`${families} pairs of equal campaigns in 5 blocks of 10 rounds, one cell each, at p < 0.05:`);
  console.log(
    `  round by round ${percent(naive / families)}, block by block ${percent(aware / families)} differ falsely`,
  );
}

/** Prints the smallest difference that a comparison of recorded cells detects, by the number of rounds. */
function power(cells: readonly StartCell[]): void {
  const variations = ascending(
    cells.map(({ rounds }) => {
      const values = rounds.map(({ makespanMs }) => makespanMs);
      return Math.sqrt(variance(values)) / mean(values);
    }),
  );
  console.log("the difference that four of five campaigns detect, with the recorded cells' variances:");
  for (const n of [3, 10, 20, 50]) {
    const at = (p: number) => percent(detectableEffect(quantileR7(variations, p), n));
    console.log(`  ${String(n).padStart(2)} rounds: ${at(0.5)} in the median cell, ${at(0.9)} in nine of ten`);
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

if (process.argv[1] === fileURLToPath(import.meta.url)) await bench(Number(process.argv[2] ?? 1000));
