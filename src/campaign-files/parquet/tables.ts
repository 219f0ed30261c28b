import { toMicrosecond } from "../../model/to-microsecond.js";
import type { MemoryEvent, RoundEvent } from "../events.js";
import { sampleRows } from "../samples.js";

/** A column's type in Parquet. Every column can be null. */
export type ColumnType = "STRING" | "INT32" | "DOUBLE" | "BOOLEAN";

/** The columns of one table, in order. Campaign and runtime are not among them, because they are in the folder names. */
export type TableSchema = Readonly<Record<string, ColumnType>>;

/** One row: a value for each column of its table. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

const place = { run: "STRING", experiment: "STRING", density: "INT32" } as const;
const roundPlace = { ...place, concurrency: "INT32", block: "INT32", round: "INT32", warmup: "BOOLEAN" } as const;

/** A row for each cold start, with the columns of samples.csv and, on a cluster, the node. */
export const samplesSchema = {
  ...roundPlace,
  client: "INT32",
  outcome: "STRING",
  start_ms: "DOUBLE",
  latency_ms: "DOUBLE",
  reason: "STRING",
  until: "STRING",
  stage: "STRING",
  answered_ms: "DOUBLE",
  ready_ms: "DOUBLE",
  pulled_ms: "DOUBLE",
  created_ms: "DOUBLE",
  started_ms: "DOUBLE",
  output_ms: "DOUBLE",
  process_ms: "DOUBLE",
  responded_ms: "DOUBLE",
  scheduled_ms: "DOUBLE",
  pod_ready_ms: "DOUBLE",
  node: "STRING",
} as const satisfies TableSchema;

/** A row for each round. */
export const roundsSchema = {
  ...roundPlace,
  clients: "INT32",
  failed: "INT32",
  makespan_ms: "DOUBLE",
  exact_makespan_ms: "DOUBLE",
  start_skew_ms: "DOUBLE",
  busy_jiffies: "DOUBLE",
  total_jiffies: "DOUBLE",
  flags: "STRING",
} as const satisfies TableSchema;

/** A row for each kind of process in a memory snapshot. */
export const memorySchema = {
  ...place,
  memory_mb: "INT32",
  block: "INT32",
  sandboxes: "INT32",
  component: "STRING",
  processes: "INT32",
  uss_kib: "DOUBLE",
  pss_kib: "DOUBLE",
  rss_kib: "DOUBLE",
  vss_kib: "DOUBLE",
} as const satisfies TableSchema;

type Experiment = "time" | "density";

/** Returns the cold starts of a round. */
export function parquetSamples(round: RoundEvent, experiment: Experiment): readonly Row[] {
  const since = (ms: number | undefined, sentMs: number) => (ms === undefined ? null : toMicrosecond(ms - sentMs));
  return sampleRows(round, experiment).map((row, index) => {
    const sample = round.samples[index]!;
    const { times } = row;
    const ready = sample.status === "ready" ? sample : null;
    return {
      run: row.run,
      experiment,
      density: row.density,
      concurrency: row.concurrency,
      block: row.block,
      round: row.round,
      warmup: row.warmup,
      client: row.client,
      outcome: row.outcome,
      start_ms: row.startMs,
      latency_ms: toMicrosecond(row.latencyMs),
      reason: row.reason,
      until: row.until,
      stage: row.stage,
      answered_ms: times.answeredMs ?? null,
      ready_ms: times.readyMs ?? null,
      pulled_ms: times.pulledMs ?? null,
      created_ms: times.createdMs ?? null,
      started_ms: times.startedMs ?? null,
      output_ms: times.outputMs ?? null,
      process_ms: times.processMs ?? null,
      responded_ms: times.respondedMs ?? null,
      scheduled_ms: since(ready?.scheduledMs, sample.sentMs),
      pod_ready_ms: since(ready?.podReadyMs, sample.sentMs),
      node: sample.node ?? null,
    };
  });
}

/**
 * Returns a round as a row. CPU is null if no host counted it.
 *
 * @param loggedMs its makespan in the logs, in whole milliseconds; null in a partial round
 */
export function parquetRound(round: RoundEvent, experiment: Experiment, loggedMs: number | null): Row {
  const { run, density, concurrency, block, warmup, samples, cpu, nodes } = round;
  return {
    run,
    experiment,
    density,
    concurrency,
    block,
    round: round.round,
    warmup,
    clients: samples.length,
    failed: samples.filter(({ status }) => status !== "ready").length,
    makespan_ms: loggedMs,
    exact_makespan_ms: round.makespanMs,
    start_skew_ms: round.startSkewMs,
    busy_jiffies: nodes === undefined ? cpu.busy : null,
    total_jiffies: nodes === undefined ? cpu.total : null,
    flags: round.flags.join(" "),
  };
}

/** Returns the components of a memory snapshot as rows. */
export const parquetMemory = ({ run, density, memoryMb, block, sandboxes, components }: MemoryEvent): readonly Row[] =>
  components.map(({ component, processes, ussKiB, pssKiB, rssKiB, vssKiB }) => ({
    run,
    experiment: "memory",
    density,
    memory_mb: memoryMb,
    block,
    sandboxes,
    component,
    processes,
    uss_kib: ussKiB,
    pss_kib: pssKiB,
    rss_kib: rssKiB,
    vss_kib: vssKiB,
  }));
