import { z } from "zod";
import { runInfo } from "../run-info.js";

/**
 * The distilled form of a dataset: a few small files with all numbers that tables, claims and figures need, and without sandbox
 * ids, absolute times and latencies of single clients. The schemas here are used for both reading and writing.
 */

const text = z.string().min(1);
const number = text.transform(Number).pipe(z.number().min(0));
const whole = number.pipe(z.int());
const ordinal = number.pipe(z.int().min(1));
const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.literal("").transform(() => null), schema], { error: "a number or an empty field" });

const cell = {
  run: text,
  experiment: z.enum(["time", "density"]),
  runtime: text,
  density: whole,
  concurrency: ordinal,
};

/** The columns p0 to p100 of latency.csv: the latency at each percent, from the smallest to the largest. */
export const percents: readonly string[] = Array.from({ length: 101 }, (_, percent) => `p${percent}`);

/** One line of each distilled CSV file: its columns in order, with the types of their values. */
export const distilledRows = {
  rounds: z.strictObject({
    ...cell,
    round: ordinal,
    clients: ordinal,
    makespan_ms: number,
    start_skew_ms: number,
    latency_mean_ms: number,
    latency_p50_ms: number,
    latency_p90_ms: number,
    latency_p99_ms: number,
    latency_max_ms: number,
    busy_jiffies: orNull(whole),
    total_jiffies: orNull(whole),
  }),
  latency: z.strictObject({ ...cell, samples: whole }).catchall(orNull(number)),
  memory: z.strictObject({
    run: text,
    runtime: text,
    memory_mb: whole,
    density: whole,
    component: text,
    processes: whole,
    uss_kib: number,
    pss_kib: number,
    rss_kib: number,
    vss_kib: number,
  }),
  published: z.strictObject({ table: text, row: text, column: text, value: number }),
} as const;

/** A distilled CSV file by its name. */
export type DistilledTable = keyof typeof distilledRows;

/** One line of a distilled CSV file. */
export type DistilledRow<Table extends DistilledTable> = z.output<(typeof distilledRows)[Table]>;

/** Returns the columns of a distilled CSV file, in order. */
export const distilledColumns = (table: DistilledTable): readonly string[] => [
  ...Object.keys(distilledRows[table].shape),
  ...(table === "latency" ? percents : []),
];

/** runs.json: the runs' circumstances. */
export const distilledRuns = z.array(runInfo);

/** The files of a distilled folder, in the order they are written. */
export const distilledFiles = ["published.csv", "runs.json", "rounds.csv", "latency.csv", "memory.csv"] as const;
