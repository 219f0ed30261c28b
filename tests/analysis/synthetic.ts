import type {
  Dataset,
  IoRound,
  MemoryCell,
  MemoryJournal,
  OperationCell,
  Round,
  RunInfo,
  StartCell,
} from "../../src/analysis/datasets/dataset.js";
import { random } from "../../src/analysis/stats/random.js";

/** A dataset of runs, cells and snapshots made up for a test; runs are added for the cells that name none. */
export function dataset(
  content: {
    readonly name?: string;
    readonly starts?: readonly StartCell[];
    readonly memory?: readonly MemoryCell[];
    readonly operations?: readonly OperationCell[];
    readonly io?: readonly IoRound[];
    readonly run?: Partial<RunInfo>;
  } = {},
): Dataset {
  const { name = "synthetic", starts = [], memory = [], operations = [], io = [], run = {} } = content;
  const named = new Map<string, RunInfo>();
  const add = (id: string, experiment: RunInfo["experiment"], runtime: string) =>
    named.set(id, {
      run: id,
      campaign: null,
      experiment,
      runtime,
      recorded: "01010000",
      versions: { kernel: "5.10", containerd: "1.6", crictl: null, kata: null, vmm: null },
      template: null,
      config: {},
      driver: "cri",
      host: "here",
      replayed: false,
      ...run,
    });
  for (const cell of starts) add(cell.run, cell.experiment, cell.runtime);
  for (const cell of memory) add(cell.run, "memory", cell.runtime);
  for (const cell of operations) add(cell.run, cell.experiment, cell.variant);
  for (const round of io) add(round.run, "io", round.runtime);
  return {
    name,
    path: name,
    source: "campaign",
    runs: [...named.values()],
    starts,
    memory,
    operations,
    io,
    published: [],
    problems: [],
    problemCount: 0,
  };
}

export interface CellSketch {
  readonly runtime?: string;
  readonly density?: number;
  readonly concurrency?: number;
  readonly run?: string;
  /** Makespans in ms, one per round. */
  readonly makespans: readonly number[];
  /** Busy jiffies, one per round; a tenth of the makespan if left out. */
  readonly busy?: readonly number[];
  readonly blocks?: readonly number[];
  readonly partial?: number;
  readonly attempted?: number;
  readonly failed?: number;
}

/** A time cell, or a density cell where a density above 0 is given. */
export function startCell(sketch: CellSketch): StartCell {
  const { runtime = "rund", density = 0, concurrency = 10, makespans, blocks, partial = 0 } = sketch;
  const experiment = density === 0 ? "time" : "density";
  const busy = sketch.busy ?? makespans.map(value => value / 10);
  const rounds = makespans.map(
    (makespanMs, i): Round => ({
      round: i + 1,
      clients: concurrency,
      makespanMs,
      startSkewMs: 0,
      latencyMeanMs: makespanMs,
      latencyP50Ms: makespanMs,
      latencyP90Ms: makespanMs,
      latencyP99Ms: makespanMs,
      latencyMaxMs: makespanMs,
      busyJiffies: busy[i] ?? null,
      totalJiffies: 1000,
      block: blocks?.[i] ?? null,
    }),
  );
  const sorted = [...makespans].sort((a, b) => a - b);
  return {
    run: sketch.run ?? `${experiment}_${runtime}_01010000`,
    experiment,
    runtime,
    density,
    concurrency,
    rounds,
    partial,
    busyJiffies: busy,
    attempted: sketch.attempted ?? null,
    failed: sketch.failed ?? null,
    samples: makespans.length * concurrency,
    latencyQuantiles:
      sorted.length === 0
        ? []
        : Array.from({ length: 101 }, (_, p) => sorted[Math.floor((p / 100) * (sorted.length - 1))]!),
  };
}

/** A snapshot of memory: so many MiB of PSS per sandbox, all in one process unless `beside` is in another. */
export function memoryCell(sketch: {
  readonly runtime?: string;
  readonly memoryMb?: number;
  readonly density?: number;
  readonly run?: string;
  readonly component?: string;
  readonly mib: number;
  readonly beside?: number;
  readonly availableFallKiB?: number;
}): MemoryCell {
  const { runtime = "rund", memoryMb = 128, density = 100, component = "rund", mib, beside } = sketch;
  const process = (name: string, each: number) => {
    const kiB = each * 1024 * density;
    return { component: name, processes: density, ussKiB: kiB, pssKiB: kiB, rssKiB: kiB, vssKiB: kiB };
  };
  return {
    run: sketch.run ?? `mem_${runtime}_01010000`,
    runtime,
    memoryMb,
    density,
    sandboxes: density,
    components: [process(component, mib), ...(beside === undefined ? [] : [process("containerd-shim", beside)])],
    ...(sketch.availableFallKiB === undefined ? {} : { journal: fallOnly(sketch.availableFallKiB) }),
  };
}

const fallOnly = (availableFallKiB: number): MemoryJournal => ({
  parts: [],
  host: { availableFallKiB, slabKiB: 0, pageTablesKiB: 0, kernelStackKiB: 0, percpuKiB: 0 },
  enginePssKiB: null,
});

/** Values about a mean with a coefficient of variation, whole numbers as logs have them. */
export function rounds(mean: number, n: number, seed: string, variation = 0.02): number[] {
  const stream = random(seed);
  return Array.from({ length: n }, () => Math.max(1, Math.round(mean * (1 + variation * stream.normal()))));
}
