import { groupBy } from "../../model/group-by.js";
import type { Cell, Slot } from "../experiments/cell.js";
import { experimentTable } from "../experiments/index.js";
import type { ExperimentSettings } from "../experiments/settings.js";
import { shuffled } from "../shuffle.js";

/**
 * Returns the cells of an experiment, runtime by runtime.
 *
 * @example gridOf({ runtimes: ["runc"], density: [0], concurrency: [1, 10], memory: [] }).length // 2
 */
export function gridOf(
  settings: Pick<ExperimentSettings, "runtimes" | "density" | "concurrency" | "memory" | "rate">,
): readonly Cell[] {
  const { runtimes, density, concurrency, memory, rate } = settings;
  return runtimes.flatMap(runtime =>
    or(memory).flatMap(memoryMb =>
      density.flatMap(density =>
        or(concurrency).flatMap(concurrency => {
          const cell = { runtime, density, concurrency, memoryMb };
          return rate === undefined || rate === "search" ? [cell] : rate.map(each => ({ ...cell, rate: each }));
        }),
      ),
    ),
  );
}

const or = (values: readonly number[]): readonly (number | null)[] => (values.length > 0 ? values : [null]);

/**
 * Returns the order of an experiment: rounds are spread over blocks, and in each block every cell is visited once, shuffled by
 * the seed, so that a drift of the machine affects all runtimes alike. Cells with the same background sandboxes stay together.
 *
 * @param runtimes those of the experiment's runtimes that can be mixed; the others are measured before or after
 * @param part the index of the experiment's part, 0 for the first
 * @example visits({ experiment: "time", runtimes: ["a"], concurrency: [1], density: [0], memory: [], rounds: 3, blocks: 2, order: "grid", seed: 1 }, ["a"], 0).map(slot => slot.rounds) // [[1, 2], [3]]
 */
export function visits(
  settings: Pick<
    ExperimentSettings,
    "experiment" | "runtimes" | "concurrency" | "density" | "memory" | "rate" | "rounds" | "blocks" | "order" | "seed"
  >,
  runtimes: readonly string[],
  part: number,
): readonly Slot[] {
  const { blocks, rounds, order, seed, experiment } = settings;
  const own = gridOf({ ...settings, runtimes });
  return Array.from({ length: blocks }, (_, index) => {
    const ordered =
      order === "grid"
        ? own
        : mixed(own, experimentTable[experiment].onBackground === true, `${seed} ${experiment} ${part} ${index + 1}`);
    const numbers = roundsOfBlock(rounds, blocks, index + 1);
    return ordered.map((cell, place) => ({ ...cell, block: index + 1, position: place + 1, rounds: numbers }));
  }).flat();
}

/** Shuffles the cells; those that share background sandboxes stay neighbours, and are shuffled among themselves. */
function mixed(cells: readonly Cell[], onBackground: boolean, seed: string): readonly Cell[] {
  const groups = groupBy(cells, cell =>
    onBackground ? `${cell.runtime} ${cell.density}` : `cell ${cells.indexOf(cell)}`,
  );
  return shuffled([...groups], seed).flatMap(([background, own]) => shuffled(own, `${seed} ${background}`));
}

/**
 * Returns the numbers of a block's rounds. If the rounds cannot be divided equally, the first blocks have one more than the
 * others.
 *
 * @param block 1 for the first
 * @example roundsOfBlock(10, 4, 1) // [1, 2, 3]
 * @example roundsOfBlock(10, 4, 4) // [9, 10]
 */
export function roundsOfBlock(rounds: number, blocks: number, block: number): readonly number[] {
  const least = Math.floor(rounds / blocks);
  const more = rounds % blocks;
  const first = (block - 1) * least + Math.min(block - 1, more) + 1;
  return Array.from({ length: least + (block <= more ? 1 : 0) }, (_, index) => first + index);
}
