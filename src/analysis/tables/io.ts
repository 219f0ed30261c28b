import { csvText, fixed } from "../../campaign-files/csv.js";
import type { IoJob, IoPattern } from "../../campaign-files/index.js";
import { groupBy } from "../../model/group-by.js";
import { byRuntime } from "../../model/runtimes.js";
import type { Dataset, IoRound } from "../datasets/dataset.js";
import { mean, median } from "../stats/index.js";

/** One job of fio in one cell: the reads or writes of a container. */
export interface IoRow
  extends Pick<IoRound, "run" | "runtime" | "concurrency">,
    Pick<IoJob, "pattern" | "blockBytes" | "direct"> {
  readonly dataset: string;
  /** Number of jobs, over rounds and containers, that ended without an error, and of those that failed. */
  readonly jobs: number;
  readonly failed: number;
  /** For one container: the mean over the jobs; NaN if all failed. */
  readonly iops: number;
  readonly mibPerSecond: number;
  readonly lowMibPerSecond: number;
  readonly highMibPerSecond: number;
  /** Median over the jobs of a request's median latency, and of its 99th percentile. */
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Returns a row for each job of fio in each cell, sorted by block size, cache, pattern, runtime and concurrency. */
export function ioTable({ name, io = [] }: Pick<Dataset, "name" | "io">): readonly IoRow[] {
  const all = io.flatMap(round => round.jobs.map(job => ({ place: placeOf(name, round, job), job })));
  return [...groupBy(all, ({ place }) => JSON.stringify(place)).values()]
    .map(own => ({ ...own[0]!.place, ...summary(own.map(({ job }) => job)) }))
    .sort(inOrder);
}

const placeOf = (dataset: string, { run, runtime, concurrency }: IoRound, { pattern, blockBytes, direct }: IoJob) => ({
  dataset,
  run,
  runtime,
  concurrency,
  pattern,
  blockBytes,
  direct,
});

function summary(jobs: readonly IoJob[]) {
  const ended = jobs.filter(({ error }) => error === 0);
  const speeds = ended.map(({ bytesPerSecond }) => bytesPerSecond / 2 ** 20);
  return {
    jobs: ended.length,
    failed: jobs.length - ended.length,
    iops: mean(ended.map(({ iops }) => iops)),
    mibPerSecond: mean(speeds),
    lowMibPerSecond: speeds.length === 0 ? Number.NaN : Math.min(...speeds),
    highMibPerSecond: speeds.length === 0 ? Number.NaN : Math.max(...speeds),
    p50Us: median(ended.map(({ latencyP50Us }) => latencyP50Us)),
    p99Us: median(ended.map(({ latencyP99Us }) => latencyP99Us)),
  };
}

/** The columns of `io.csv`, in order. */
const columns = [
  ...(["runtime", "concurrency", "pattern", "block_bytes", "direct", "jobs", "failed"] as const),
  ...(["iops", "mib_per_s", "low_mib_per_s", "high_mib_per_s", "p50_us", "p99_us"] as const),
];

/** Writes the jobs of fio as CSV, for `io.csv`. A value is empty if all jobs failed. */
export function ioCsv(rows: readonly IoRow[]): string {
  const lines = rows.map(row => [
    ...[row.runtime, row.concurrency, row.pattern, row.blockBytes, row.direct ? 1 : 0, row.jobs, row.failed],
    ...[row.iops, row.mibPerSecond, row.lowMibPerSecond, row.highMibPerSecond, row.p50Us, row.p99Us].map(own =>
      fixed(own, 2),
    ),
  ]);
  return csvText([columns, ...lines]);
}

const patterns: readonly IoPattern[] = ["read", "randread", "write", "randwrite"];

const inOrder = (a: IoRow, b: IoRow): number =>
  a.blockBytes - b.blockBytes ||
  Number(a.direct) - Number(b.direct) ||
  patterns.indexOf(a.pattern) - patterns.indexOf(b.pattern) ||
  byRuntime(a.runtime, b.runtime) ||
  a.concurrency - b.concurrency;
