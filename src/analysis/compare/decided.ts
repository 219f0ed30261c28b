import { equivalent } from "../stats/equivalence.js";
import { mean } from "../stats/mean.js";
import { sequentialRatio } from "./sequential-ratio.js";

/** One round of a campaign that is still running. */
export interface RoundSoFar {
  readonly runtime: string;
  readonly density: number;
  readonly concurrency: number;
  readonly block: number;
  /** Null if a cold start of the round failed. */
  readonly makespanMs: number | null;
}

/** The comparison for which a campaign is measured. */
export interface SequentialPlan {
  /** The first is the baseline of the others. */
  readonly runtimes: readonly string[];
  /** Cells of one runtime's grid. */
  readonly cells: number;
  /** The campaign ends after this many blocks, even if it is not decided. */
  readonly blocks: number;
  /** A share such as 0.05: two runtimes that differ by less are the same. */
  readonly tolerance: number;
}

/**
 * Whether every cell of a campaign is decided: each other runtime is the same as the first within the tolerance (its repeated 90
 * % interval is within it), or different (the interval at 1 − 0.05 / cells excludes 1). Only whole blocks may be passed. Over all
 * tests, equal runtimes are called different in at most 5 % of campaigns. This was also simulated for few blocks, for which
 * Student's t at each test is an approximation (docs/statistics.md).
 */
export function allDecided(rounds: readonly RoundSoFar[], plan: SequentialPlan): boolean {
  const { runtimes, cells, blocks, tolerance } = plan;
  const [baseline, ...others] = runtimes;
  const family = cells * others.length;
  const byCell = new Map<string, Map<string, Map<number, number[]>>>();
  for (const { runtime, density, concurrency, block, makespanMs } of rounds) {
    // cells with failures are compared by rank and can never be called the same, so they need all blocks
    if (makespanMs === null) return false;
    const cell = entry(byCell, `${density}/${concurrency}`, () => new Map<string, Map<number, number[]>>());
    const own = entry(cell, runtime, () => new Map<number, number[]>());
    entry(own, block, () => [] as number[]).push(makespanMs);
  }
  if (byCell.size < cells) return false;
  return [...byCell.values()].every(cell =>
    others.every(runtime => {
      const [a, b] = [cell.get(baseline!), cell.get(runtime)];
      if (a === undefined || b === undefined) return false;
      const common = [...a.keys()].filter(block => b.has(block));
      const means = (own: ReadonlyMap<number, readonly number[]>) => common.map(block => mean(own.get(block)!));
      const found = sequentialRatio(means(b), means(a), blocks);
      if (found === null) return false;
      const sure = found.at(1 - 0.05 / family);
      return equivalent(found.at(0.9), tolerance) || (sure !== null && (sure[0] > 1 || sure[1] < 1));
    }),
  );
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
