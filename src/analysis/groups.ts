import { LabError } from "../model/errors.js";
import type { Experiment } from "../model/experiment.js";
import { groupBy } from "../model/group-by.js";
import { byText, byValue } from "../model/order.js";
import { byRuntime } from "../model/runtimes.js";
import type { Dataset, MemoryCell, RunInfo, StartCell } from "./datasets/dataset.js";
import { mean, sum } from "./stats/index.js";

/** One point of the time or density grid with its repeats within one campaign, and their values. */
export interface StartGroup extends Pick<StartCell, "experiment" | "runtime" | "density" | "concurrency"> {
  readonly cells: readonly StartCell[];
  /** Makespans of the complete rounds in ms, and their mean; null if there are none. */
  readonly makespansMs: readonly number[];
  readonly makespanMs: number | null;
  /** CPU per sandbox of each round, in ms: the host's busy time (1 jiffy = 10 ms) / concurrency. In the order of the lines of cpu.txt. */
  readonly cpusMs: readonly number[];
  /** CPU per sandbox as in the tables: the mean busy time / concurrency; null if there is none. */
  readonly cpuMs: number | null;
}

/** One point of the memory grid with its repeats within one campaign, and their values. */
export interface MemoryGroup extends Pick<MemoryCell, "runtime" | "memoryMb" | "density"> {
  readonly cells: readonly MemoryCell[];
  /** PSS per sandbox of each readable snapshot in KiB, and their mean; null if there are none. */
  readonly pssesKiB: readonly number[];
  readonly pssKiB: number | null;
}

/**
 * Returns a dataset's time and density cells by grid point, sorted by runtime, density, concurrency; repeats are sorted by run.
 *
 * @throws LabError `RUND_TWO_RUNS` if a runtime has two runs that are not repeats within one campaign
 */
export function startGroups(dataset: Dataset): readonly StartGroup[] {
  return once(startGroupsOf, dataset, () => {
    for (const experiment of ["time", "density"] as const) refuseTwoRuns(dataset, experiment);
    return grouped(
      dataset.starts,
      ({ runtime, density, concurrency, experiment }) => ({ runtime, density, concurrency, experiment }),
      ({ concurrency }, cells) => {
        const makespansMs = cells.flatMap(({ rounds }) => rounds.map(({ makespanMs }) => makespanMs));
        const jiffies = cells.flatMap(({ busyJiffies }) => busyJiffies);
        const busy = meanOf(jiffies);
        return {
          makespansMs,
          makespanMs: meanOf(makespansMs),
          cpusMs: jiffies.map(own => (own * 10) / concurrency),
          cpuMs: busy === null ? null : (busy * 10) / concurrency,
        };
      },
    );
  });
}

/**
 * Returns a dataset's memory cells by grid point, sorted by runtime, guest memory, density; repeats are sorted by run.
 *
 * @throws LabError `RUND_TWO_RUNS`, like startGroups
 */
export function memoryGroups(dataset: Dataset): readonly MemoryGroup[] {
  return once(memoryGroupsOf, dataset, () => {
    refuseTwoRuns(dataset, "memory");
    return grouped(
      dataset.memory,
      ({ runtime, memoryMb, density }) => ({ runtime, memoryMb, density }),
      (_, cells) => {
        const pssesKiB = cells.flatMap(cell => pssPerSandbox(cell) ?? []);
        return { pssesKiB, pssKiB: meanOf(pssesKiB) };
      },
    );
  });
}

/** Returns the sum of PSS over a cell's processes / its sandboxes, in KiB; null if the snapshot could not be read. */
export const pssPerSandbox = (cell: MemoryCell): number | null => perSandbox(cell, "pssKiB");

/** Returns one size of a cell's processes in the same way. */
export function perSandbox(
  { components, sandboxes }: MemoryCell,
  size: "ussKiB" | "pssKiB" | "rssKiB" | "vssKiB",
): number | null {
  if (components.length === 0 || sandboxes === 0) return null;
  return sum(components.map(component => component[size])) / sandboxes;
}

/** Throws `RUND_TWO_RUNS` if a runtime has two runs of an experiment that are not repeats within one campaign. */
function refuseTwoRuns(dataset: Dataset, experiment: Experiment): void {
  const first = new Map<string, RunInfo>();
  for (const run of dataset.runs) {
    if (run.experiment !== experiment) continue;
    const other = first.get(run.runtime);
    if (other !== undefined && (run.campaign === null || run.campaign !== other.campaign)) {
      throw new LabError("RUND_TWO_RUNS", "input", "", {
        where: dataset.name,
        expected: `one ${experiment} run of ${run.runtime} in a table`,
        found: `${folderOf(other)} and ${folderOf(run)}`,
        hint: "analyse them one at a time, compare them with `rund-lab compare`, or use `--as-one` for one plan on several machines",
      });
    }
    first.set(run.runtime, run);
  }
}

const folderOf = ({ campaign, run }: RunInfo) => (campaign === null ? run : `${campaign}/${run}`);

const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));

/** Groups are cached, because a dataset does not change after it is loaded, and each reading of each claim needs them. */
const startGroupsOf = new WeakMap<Dataset, readonly StartGroup[]>();
const memoryGroupsOf = new WeakMap<Dataset, readonly MemoryGroup[]>();

function once<Groups>(known: WeakMap<Dataset, Groups>, dataset: Dataset, make: () => Groups): Groups {
  const groups = known.get(dataset) ?? make();
  known.set(dataset, groups);
  return groups;
}

function grouped<
  Cell extends { readonly run: string },
  Point extends Readonly<Record<string, string | number>>,
  Measured extends object,
>(
  cells: readonly Cell[],
  pointOf: (cell: Cell) => Point,
  measuredOf: (point: Point, cells: readonly Cell[]) => Measured,
): readonly (Point & Measured & { readonly cells: readonly Cell[] })[] {
  return [...groupBy(cells, cell => Object.values(pointOf(cell)).join("/")).values()]
    .map(own => ({ point: pointOf(own[0]!), cells: own.sort((a, b) => byText(a.run, b.run)) }))
    .sort((a, b) => byPoint(a.point, b.point))
    .map(({ point, cells }) => ({ ...point, ...measuredOf(point, cells), cells }));
}

const byPoint = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number =>
  Object.keys(a)
    .map(key => (key === "runtime" ? byRuntime(String(a[key]), String(b[key])) : byValue(a[key], b[key])))
    .find(difference => difference !== 0) ?? 0;
