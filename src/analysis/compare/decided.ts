import type { RoundEvent } from "../../campaign-files/index.js";
import { groupBy } from "../../model/group-by.js";
import { equivalent, mean } from "../stats/index.js";
import { sequentialRatio } from "./sequential-ratio.js";

/** One round of a campaign that is still running. */
export type RoundSoFar = Pick<RoundEvent, "runtime" | "density" | "concurrency" | "block" | "makespanMs">;

/** The comparison for which a campaign is measured. */
export interface SequentialPlan {
  /** The first is the baseline of the others. */
  readonly runtimes: readonly string[];
  /** Number of cells in one runtime's grid. */
  readonly cells: number;
  /** The campaign ends after this many blocks, even if it is not decided. */
  readonly blocks: number;
  /** A share such as 0.05: two runtimes that differ by less are the same. */
  readonly tolerance: number;
}

/**
 * Whether every cell of a campaign is decided: each other runtime is the same as the first within the tolerance (its repeated 90
 * % interval is within it), or different (the interval at 1 − 0.05 / cells excludes 1). Pass only whole blocks. Over all
 * tests, equal runtimes are called different in at most 5 % of campaigns. This was also simulated for few blocks, for which
 * Student's t at each test is an approximation (docs/statistics.md).
 */
export function allDecided(rounds: readonly RoundSoFar[], plan: SequentialPlan): boolean {
  const { runtimes, cells, blocks, tolerance } = plan;
  const [baseline, ...others] = runtimes;
  const family = cells * others.length;
  // cells with failures are compared by rank and can never be called the same, so they need all blocks
  if (rounds.some(({ makespanMs }) => makespanMs === null)) return false;
  const byCell = groupBy(rounds, ({ density, concurrency }) => `${density}/${concurrency}`);
  if (byCell.size < cells) return false;
  return [...byCell.values()].every(cell =>
    others.every(runtime => {
      const [a, b] = [baseline, runtime].map(id => blocksOf(cell.filter(round => round.runtime === id)));
      const common = [...a!.keys()].filter(block => b!.has(block));
      const means = (own: typeof a) => common.map(block => mean(own!.get(block)!));
      const found = sequentialRatio(means(b), means(a), blocks);
      if (found === null) return false;
      const sure = found.at(1 - 0.05 / family);
      return equivalent(found.at(0.9), tolerance) || (sure !== null && (sure[0] > 1 || sure[1] < 1));
    }),
  );
}

function blocksOf(rounds: readonly RoundSoFar[]): ReadonlyMap<number, readonly number[]> {
  const blocks = [...groupBy(rounds, ({ block }) => block)];
  return new Map(blocks.map(([block, own]) => [block, own.flatMap(({ makespanMs }) => makespanMs ?? [])]));
}
