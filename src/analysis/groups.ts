import type { Experiment } from "../model/experiment.js";
import { byRuntime } from "../model/runtimes.js";
import type { Dataset, MemoryCell, StartCell } from "./datasets/dataset.js";
import { refuseTwoRuns } from "./tables/tables.js";

/** One point of the time or density grid, with its repeats within one campaign. */
export interface StartGroup {
  readonly experiment: "time" | "density";
  readonly runtime: string;
  readonly density: number;
  readonly concurrency: number;
  readonly cells: readonly StartCell[];
}

/** One point of the memory grid, with its repeats within one campaign. */
export interface MemoryGroup {
  readonly runtime: string;
  readonly memoryMb: number;
  readonly density: number;
  readonly cells: readonly MemoryCell[];
}

/**
 * A dataset's time and density cells by grid point: sorted by runtime, density, concurrency; repeats by run.
 *
 * @throws LabError `RUND_TWO_RUNS` if two runs of one runtime meet that are not repeats within one campaign
 */
export function startGroups(dataset: Dataset): readonly StartGroup[] {
  return once(startGroupsOf, dataset, () => {
    refuse(dataset, "time", "density");
    return grouped(dataset.starts, ({ runtime, density, concurrency, experiment }) => ({
      runtime,
      density,
      concurrency,
      experiment,
    }));
  });
}

/**
 * A dataset's memory cells by grid point: sorted by runtime, guest memory, density; repeats by run.
 *
 * @throws LabError `RUND_TWO_RUNS`, as startGroups
 */
export function memoryGroups(dataset: Dataset): readonly MemoryGroup[] {
  return once(memoryGroupsOf, dataset, () => {
    refuse(dataset, "memory");
    return grouped(dataset.memory, ({ runtime, memoryMb, density }) => ({ runtime, memoryMb, density }));
  });
}

/** Makespans of a group's complete rounds, in ms. */
export const makespansOf = ({ cells }: StartGroup): readonly number[] =>
  cells.flatMap(({ rounds }) => rounds.map(({ makespanMs }) => makespanMs));

/** CPU per sandbox of a group's rounds, in ms: busy time of the whole host in a round (1 jiffy = 10 ms) / concurrency. */
export const cpuOf = ({ cells, concurrency }: StartGroup): readonly number[] =>
  cells.flatMap(({ busyJiffies }) => busyJiffies.map(busy => (busy * 10) / concurrency));

/** A dataset does not change once it is loaded, and its groups are asked for by every reading of every claim. */
const startGroupsOf = new WeakMap<Dataset, readonly StartGroup[]>();
const memoryGroupsOf = new WeakMap<Dataset, readonly MemoryGroup[]>();

function once<Groups>(known: WeakMap<Dataset, Groups>, dataset: Dataset, make: () => Groups): Groups {
  const groups = known.get(dataset) ?? make();
  known.set(dataset, groups);
  return groups;
}

function refuse(dataset: Dataset, ...experiments: readonly Experiment[]): void {
  for (const experiment of experiments) refuseTwoRuns(dataset, experiment);
}

function grouped<Cell extends { readonly run: string }, Point extends Readonly<Record<string, string | number>>>(
  cells: readonly Cell[],
  point: (cell: Cell) => Point,
): readonly (Point & { readonly cells: readonly Cell[] })[] {
  const groups = new Map<string, Point & { readonly cells: Cell[] }>();
  for (const cell of cells) {
    const where = point(cell);
    const key = Object.values(where).join("/");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...where, cells: [cell] });
    else group.cells.push(cell);
  }
  for (const { cells } of groups.values()) cells.sort((a, b) => order(a.run, b.run));
  return [...groups.values()].sort(
    (a, b) =>
      Object.keys(a)
        .map(key => (key === "runtime" ? byRuntime(String(a[key]), String(b[key])) : order(a[key], b[key])))
        .find(place => place !== 0) ?? 0,
  );
}

const order = (a: unknown, b: unknown): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
