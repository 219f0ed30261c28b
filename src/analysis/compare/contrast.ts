import { counted } from "../../model/counted.js";
import {
  ascending,
  divisions,
  equivalent,
  estimateMean,
  estimateRatio,
  fewestRounds,
  type Interval,
  mean,
  pairedRatio,
  pairsFor,
  permutationTest,
  roundsFor,
  variance,
  welchRatio,
} from "../stats/index.js";
import type { CellSample } from "./cells.js";
import { sequentialRatio } from "./sequential-ratio.js";

/** Whether the second campaign is faster or slower than the first: less or more time, CPU or memory. */
export type Comparative = "faster" | "slower" | "same" | "undecided";

/** The mean of one side with its 95 % interval; null without values, or with too few rounds. */
export interface Side {
  readonly mean: number | null;
  readonly interval: Interval | null;
  readonly n: number;
}

/** Two samples of one cell compared, before p is corrected over all cells. */
export interface Contrast {
  readonly of: CellSample["of"];
  readonly a: Side;
  readonly b: Side;
  /** Mean of the second divided by mean of the first (of the blocks' means, if there are blocks); null without a mean above 0. */
  readonly ratio: number | null;
  readonly at: (level: number) => Interval | null;
  /** Two-sided; null if no test was possible. */
  readonly p: number | null;
  readonly method: "rounds" | "blocks" | "paired blocks" | "ranks" | "none";
  readonly caveat: string | null;
  /** Compared by rank only: whether the second ranks worse. */
  readonly worse: boolean;
  /** The coefficient of variation of a round (or block) in either sample; null for fewer than two. */
  readonly variation: number | null;
  /** The standard deviation of the difference within a block, as a share of the mean; null if blocks are not paired. */
  readonly pairSpread: number | null;
  /** Rounds in a block; 1 without blocks. */
  readonly roundsPerUnit: number;
}

/**
 * Compares two samples of one cell. Two runtimes that took turns within the blocks of one campaign are compared block by block
 * (paired t on the logarithm), because a slow block slows both down. Otherwise, rounds recorded in blocks are
 * compared by the means of the blocks (Welch's t on the logarithm), because rounds of one block resemble each other. Rounds
 * without blocks are compared by a permutation test and the studentised bootstrap of the ratio. If a cold start failed, rounds
 * are compared by rank, and failed rounds rank last.
 *
 * @param paired whether blocks of `a` and `b` with the same name belong together
 * @param lastBlock the maximum number of blocks of a campaign with `--until-decided`; otherwise null
 */
export function contrast(
  a: CellSample,
  b: CellSample,
  seed: string,
  paired = false,
  lastBlock: number | null = null,
): Contrast {
  const sides = { a: side(a, `${seed}/a`), b: side(b, `${seed}/b`) };
  const { mean: meanA } = sides.a;
  const { mean: meanB } = sides.b;
  const ratio = meanA !== null && meanB !== null && meanA > 0 && meanB > 0 ? meanB / meanA : null;
  const blocked = a.blocks !== null || b.blocks !== null;
  const unitsOf = ({ blocks, values }: CellSample) => (blocks === null ? values : [...blocks.values()]);
  const [unitsA, unitsB] = [unitsOf(a), unitsOf(b)];
  const plain = {
    of: b.of,
    ...sides,
    ratio,
    at: () => null,
    p: null,
    method: "none" as const,
    caveat: null,
    worse: false,
    variation: variationOf(unitsA, unitsB),
    pairSpread: null,
    roundsPerUnit: blocked ? Math.max(1, Math.round(b.values.length / Math.max(1, unitsB.length))) : 1,
  };
  if (a.failedRounds + b.failedRounds > 0) return { ...plain, ...byRank(a, b, seed) };
  if (ratio === null) return { ...plain, caveat: "no mean above 0" };
  const pairs = paired ? commonBlocks(a, b) : null;
  const found =
    pairs === null
      ? null
      : lastBlock === null
        ? pairedRatio(pairs.b, pairs.a)
        : sequentialRatio(pairs.b, pairs.a, lastBlock);
  if (found !== null) {
    const { ratio, at, p, spread } = found;
    return { ...plain, ratio, at, p, method: "paired blocks", pairSpread: spread };
  }
  if (blocked) {
    const welch = welchRatio(unitsB, unitsA);
    if (welch !== null) return { ...plain, ratio: welch.ratio, at: welch.at, p: welch.p, method: "blocks" };
  }
  if (Math.min(a.values.length, b.values.length) < fewestRounds) return { ...plain, caveat: `too few ${b.of}` };
  const estimate = estimateRatio(b.values, a.values, seed);
  const p = permutationTest(a.values, b.values, `${seed}/p`);
  return { ...plain, at: estimate.at, p, method: "rounds", caveat: estimate.caveat };
}

/**
 * Returns the verdict of a comparison, and the number of rounds on either side that would decide an undecided one.
 *
 * The same: the ratio's 90 % interval is within the tolerance of 1. Faster or slower: otherwise, if the corrected p is below 5 %.
 * Undecided: otherwise. A cell with failed cold starts is never faster, and never the same. Single snapshots of memory are faster
 * or slower only if they differ by more than twice the tolerance.
 *
 * @param corrected p after Holm's correction
 * @param family number of cells that were tested together
 */
export function verdictOf(
  found: Contrast,
  corrected: number | null,
  family: number,
  tolerance: number,
): { readonly verdict: Comparative; readonly roundsNeeded: number | null } {
  const decided = (verdict: Comparative) => ({ verdict, roundsNeeded: null });
  if (found.method === "ranks") {
    return corrected !== null && corrected < 0.05 && found.worse ? decided("slower") : decided("undecided");
  }
  if (equivalent(found.at(0.9), tolerance)) return decided("same");
  const different =
    corrected === null
      ? found.of === "snapshots" && found.ratio !== null && Math.abs(found.ratio - 1) > 2 * tolerance
      : corrected < 0.05;
  if (different && found.ratio !== null && found.ratio !== 1) {
    return decided(found.ratio < 1 ? "faster" : "slower");
  }
  return { verdict: "undecided", roundsNeeded: roundsNeeded(found, family, tolerance) };
}

/** Returns the means of the blocks that both samples have, in the same order; null if one of them has no blocks. */
function commonBlocks(
  a: CellSample,
  b: CellSample,
): { readonly a: readonly number[]; readonly b: readonly number[] } | null {
  if (a.blocks === null || b.blocks === null) return null;
  const names = [...a.blocks.keys()].filter(name => b.blocks?.has(name));
  return { a: names.map(name => a.blocks!.get(name)!), b: names.map(name => b.blocks!.get(name)!) };
}

function side({ values }: CellSample, seed: string): Side {
  if (values.length === 0) return { mean: null, interval: null, n: 0 };
  const { value, interval, n } = estimateMean(values, seed);
  return { mean: value, interval, n };
}

/** Ranks failed rounds last and equal to each other, because they have no time. */
function byRank(a: CellSample, b: CellSample, seed: string): Pick<Contrast, "p" | "method" | "caveat" | "worse"> {
  const last = (sample: CellSample) => [
    ...sample.values,
    ...new Array<number>(sample.failedRounds).fill(Number.POSITIVE_INFINITY),
  ];
  const [allA, allB] = [last(a), last(b)];
  const sorted = ascending([...allA, ...allB]);
  const rank = (value: number) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2;
  const [ranksA, ranksB] = [allA.map(rank), allB.map(rank)];
  return {
    p: permutationTest(ranksA, ranksB, `${seed}/ranks`),
    method: "ranks",
    caveat: [failures(a, "A"), failures(b, "B")].filter(text => text !== "").join("; "),
    worse: allA.length > 0 && allB.length > 0 && mean(ranksB) > mean(ranksA),
  };
}

function failures({ failedRounds, attempted, failed }: CellSample, name: string): string {
  if (failedRounds === 0) return "";
  return failed !== null && attempted !== null
    ? `${failed} of ${attempted} failed in ${name}`
    : `${counted(failedRounds, "incomplete round")} in ${name}`;
}

function variationOf(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 2 || b.length < 2) return null;
  const squared = (values: readonly number[]) => variance(values) / mean(values) ** 2;
  const variation = Math.sqrt((squared(a) + squared(b)) / 2);
  return Number.isFinite(variation) ? variation : null;
}

/**
 * Returns the number of rounds for 80 % power at the tolerance, and at least as many as the smallest possible p needs to pass
 * Holm's first step.
 */
function roundsNeeded(found: Contrast, family: number, tolerance: number): number | null {
  if (found.variation === null) return null;
  const demand = { alpha: 0.05 / family, power: 0.8 };
  let units =
    found.pairSpread === null
      ? Math.max(fewestRounds, roundsFor(found.variation, tolerance, demand))
      : pairsFor(found.pairSpread, tolerance, demand);
  const permuted = found.method !== "blocks" && found.pairSpread === null;
  if (permuted) while (divisions(2 * units, units) < (2 * family) / 0.05) units++;
  const rounds = units * found.roundsPerUnit;
  return Math.max(rounds, Math.min(found.a.n, found.b.n) + 1);
}
