import type { Dataset, MemoryCell, Round, StartCell } from "../../../src/analysis/datasets/dataset.js";

/** One round in which every client took as long as the whole round. */
export const round = (number: number, makespanMs: number, clients = 1): Round => ({
  round: number,
  clients,
  makespanMs,
  startSkewMs: 0,
  latencyMeanMs: makespanMs,
  latencyP50Ms: makespanMs,
  latencyP90Ms: makespanMs,
  latencyP99Ms: makespanMs,
  latencyMaxMs: makespanMs,
  busyJiffies: null,
  totalJiffies: null,
  block: null,
});

/** A cell of the time experiment, or of the density experiment if a density is given, with these makespans. */
export const startCell = (
  runtime: string,
  concurrency: number,
  makespans: readonly number[],
  density?: number,
): StartCell => ({
  run: `${density === undefined ? "time" : "density"}_${runtime}_01010000`,
  experiment: density === undefined ? "time" : "density",
  runtime,
  density: density ?? 0,
  concurrency,
  rounds: makespans.map((ms, i) => round(i + 1, ms, concurrency)),
  partial: 0,
  busyJiffies: makespans.map(() => 10 * concurrency),
  attempted: null,
  failed: null,
  samples: makespans.length * concurrency,
  latencyQuantiles: makespans.length === 0 ? [] : Array.from({ length: 101 }, () => makespans[0]!),
});

/** A cell of the memory experiment with this sum of PSS. */
export const memoryCell = (runtime: string, memoryMb: number, density: number, pssKiB: number): MemoryCell => ({
  run: `mem_${runtime}_01010000`,
  runtime,
  memoryMb,
  density,
  sandboxes: density,
  components: [{ component: "vmm", processes: density, ussKiB: 0, pssKiB, rssKiB: 0, vssKiB: 0 }],
});

export const dataset = (
  name: string,
  { starts = [], memory = [] }: { starts?: readonly StartCell[]; memory?: readonly MemoryCell[] },
): Dataset => ({
  name,
  path: `/nowhere/${name}`,
  source: "raw",
  runs: [],
  starts,
  memory,
  published: [],
  problems: [],
  problemCount: 0,
});
