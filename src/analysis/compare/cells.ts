import { groupBy } from "../../model/group-by.js";
import type { Dataset, IoRound, OperationCell, StartCell } from "../datasets/dataset.js";
import { type MemoryGroup, memoryGroups, pssPerSandbox, type StartGroup, startGroups } from "../groups.js";
import { mean, sum } from "../stats/index.js";

/**
 * The compared quantity: CPU per sandbox, memory per sandbox, or a time. The time is the makespan in the experiments `time` and
 * `density`, that of a phase in `cgroups` and `rootfs`, and that of a request in `io`.
 */
export type Metric = "time" | "cpu" | "memory";

/** The position of a cell in its metric's grid; null for an axis that the metric does not have. */
export interface CellPlace {
  /** Makespan, time of a phase or of a request in ms, CPU per sandbox in ms, PSS per sandbox in KiB. */
  readonly metric: Metric;
  readonly experiment: "time" | "density" | "memory" | OperationCell["experiment"] | "io";
  readonly runtime: string;
  readonly density: number;
  readonly concurrency: number | null;
  /** The guest memory's label in MB. */
  readonly memory: number | null;
  /**
   * The phase and the number of items of a micro experiment, such as `make 200`, or the job of fio, such as
   * `randread 4 KiB direct of 64 MiB`; undefined for other experiments.
   */
  readonly operation?: string;
}

/** One side of a comparison: the values of one cell. */
export interface CellSample {
  readonly of: "rounds" | "snapshots";
  /** One per round or snapshot, in order. */
  readonly values: readonly number[];
  /** The mean of each block in which the rounds were recorded, by the block's name; null if there were no blocks. */
  readonly blocks: ReadonlyMap<string, number> | null;
  /** Number of rounds that have no value because a cold start failed. */
  readonly failedRounds: number;
  /** Cold starts attempted and failed; null if this was not recorded. */
  readonly attempted: number | null;
  readonly failed: number | null;
}

/**
 * Returns all cells of a dataset by place. Time and density cells give two each, makespan and CPU; cells of micro experiments
 * give one per phase, and those of I/O one per job of fio. Their order is that of the grid: runtime, density, concurrency.
 */
export function samplesByPlace(dataset: Dataset): ReadonlyMap<string, { place: CellPlace; sample: CellSample }> {
  const repeats = new Map(dataset.runs.map(({ run, repeat }) => [run, repeat]));
  const starts = startGroups(dataset).flatMap(group => [startSample("time", group), startSample("cpu", group)]);
  const memory = memoryGroups(dataset).map(group => memorySample(group, repeats));
  const operations = (dataset.operations ?? []).flatMap(operationSamples);
  const io = ioGroups(dataset.io ?? []).flatMap(ioSamples);
  return new Map([...starts, ...memory, ...operations, ...io].map(own => [placeKey(own.place), own]));
}

/**
 * Returns a place as text; the same cell of two campaigns gives the same text.
 *
 * @example placeKey({ metric: "time", experiment: "density", runtime: "rund", density: 100, concurrency: 10, memory: null }) // "time/density/rund/100/10/-"
 */
export function placeKey({ metric, experiment, runtime, density, concurrency, memory, operation }: CellPlace): string {
  const place = [metric, experiment, runtime, density, concurrency ?? "-", memory ?? "-"];
  return [...place, ...(operation === undefined ? [] : [operation])].join("/");
}

/** Returns a value for each round of each phase: the time from the common release to the last end. */
function operationSamples({ experiment, variant, density, concurrency, count, rounds }: OperationCell) {
  return (rounds[0]?.phases ?? []).map(({ phase }, index): { place: CellPlace; sample: CellSample } => {
    const timed = rounds.map(({ block, phases }) => ({ block, ms: phases[index]!.totalMs }));
    const operation = `${phase} ${count}`;
    return {
      place: { metric: "time", experiment, runtime: variant, density, concurrency, memory: null, operation },
      sample: {
        of: "rounds",
        values: timed.map(({ ms }) => ms),
        blocks: meansByBlock(timed.map(({ block, ms }) => [String(block), ms] as const)),
        failedRounds: 0,
        attempted: null,
        failed: null,
      },
    };
  });
}

/** Returns the rounds of each cell of I/O. */
function ioGroups(rounds: readonly IoRound[]): readonly (readonly IoRound[])[] {
  return [...groupBy(rounds, ({ runtime, concurrency, fileMiB }) => `${runtime}/${concurrency}/${fileMiB}`).values()];
}

/**
 * Returns, for each job of fio, the time of a request in each round: the inverse of the mean of the containers' requests per
 * second, since a container has one request at a time. A round in which a container's job failed has no value.
 */
function ioSamples(rounds: readonly IoRound[]): readonly { place: CellPlace; sample: CellSample }[] {
  const { runtime, concurrency, fileMiB, jobs } = rounds[0]!;
  const kindOf = ({ pattern, blockBytes, direct }: IoRound["jobs"][number]) =>
    `${pattern} ${blockBytes / 1024} KiB ${direct ? "direct" : "buffered"} of ${fileMiB} MiB`;
  return [...new Set(jobs.map(kindOf))].map(operation => {
    const all = rounds.map(({ block, jobs }) => ({ block, jobs: jobs.filter(job => kindOf(job) === operation) }));
    const failed = all.flatMap(({ jobs }) => jobs.filter(isFailed));
    const timed = all
      .filter(({ jobs }) => jobs.length > 0 && !jobs.some(isFailed))
      .map(({ block, jobs }) => [String(block), 1000 / mean(jobs.map(({ iops }) => iops))] as const);
    return {
      place: { metric: "time", experiment: "io", runtime, density: 0, concurrency, memory: null, operation },
      sample: {
        of: "rounds",
        values: timed.map(([, ms]) => ms),
        blocks: meansByBlock(timed),
        failedRounds: all.length - timed.length,
        attempted: sum(all.map(({ jobs }) => jobs.length)),
        failed: failed.length,
      },
    };
  });
}

const isFailed = ({ error, iops }: IoRound["jobs"][number]): boolean => error !== 0 || iops === 0;

function startSample(metric: "time" | "cpu", group: StartGroup): { place: CellPlace; sample: CellSample } {
  const { experiment, runtime, density, concurrency, cells } = group;
  const failedRounds = sum(cells.map(cell => Math.max(cell.partial, (cell.failed ?? 0) > 0 ? 1 : 0)));
  return {
    place: { metric, experiment, runtime, density, concurrency, memory: null },
    sample: {
      of: "rounds",
      values: metric === "time" ? group.makespansMs : group.cpusMs,
      blocks: blockMeans(metric, cells),
      failedRounds,
      attempted: known(cells.map(cell => cell.attempted)),
      failed: known(cells.map(cell => cell.failed)),
    },
  };
}

function memorySample(
  { runtime, memoryMb, density, cells }: MemoryGroup,
  repeats: ReadonlyMap<string, number | undefined>,
): { place: CellPlace; sample: CellSample } {
  const snapshots = cells.flatMap(cell => {
    const value = pssPerSandbox(cell);
    return value === null ? [] : [{ value, repeat: repeats.get(cell.run) }];
  });
  const repeated = snapshots.flatMap(({ value, repeat }) =>
    repeat === undefined ? [] : [[String(repeat), value] as const],
  );
  return {
    place: { metric: "memory", experiment: "memory", runtime, density, concurrency: null, memory: memoryMb },
    sample: {
      of: "snapshots",
      values: snapshots.map(({ value }) => value),
      blocks: repeated.length === snapshots.length && repeated.length > 1 ? new Map(repeated) : null,
      failedRounds: 0,
      attempted: null,
      failed: null,
    },
  };
}

/** Returns the mean of each block. A round belongs to a block if the run records one, or if a campaign repeated the whole run. */
function blockMeans(metric: "time" | "cpu", cells: readonly StartCell[]): ReadonlyMap<string, number> | null {
  const named: (readonly [string, number])[] = [];
  for (const { run, rounds, concurrency } of cells) {
    for (const { block, makespanMs, busyJiffies } of rounds) {
      if (block === null && cells.length === 1) return null;
      const value = metric === "time" ? makespanMs : busyJiffies === null ? null : (busyJiffies * 10) / concurrency;
      if (value !== null) named.push([cells.length === 1 ? String(block) : `${run}/${block}`, value]);
    }
  }
  return meansByBlock(named);
}

/** Returns the mean of each block's values; null for fewer than two blocks. */
export function meansByBlock(
  named: readonly (readonly [block: string, value: number])[],
): ReadonlyMap<string, number> | null {
  const blocks = groupBy(named, ([block]) => block);
  return blocks.size < 2
    ? null
    : new Map([...blocks].map(([block, own]) => [block, mean(own.map(([, value]) => value))]));
}

const known = (counts: readonly (number | null)[]): number | null => {
  const numbers = counts.filter(count => count !== null);
  return numbers.length === 0 ? null : sum(numbers);
};
