/**
 * The distilled form of a dataset: a few small files with every figure that tables, claims and plots need, and no
 * sandbox id, no absolute time, no client's latency. This file names their columns; reading and writing follow it.
 */
export const distilledColumns = {
  rounds: [
    "run",
    "experiment",
    "runtime",
    "density",
    "concurrency",
    "round",
    "clients",
    "makespan_ms",
    "start_skew_ms",
    "latency_mean_ms",
    "latency_p50_ms",
    "latency_p90_ms",
    "latency_p99_ms",
    "latency_max_ms",
    "busy_jiffies",
    "total_jiffies",
  ],
  latency: [
    "run",
    "experiment",
    "runtime",
    "density",
    "concurrency",
    "samples",
    ...Array.from({ length: 101 }, (_, percent) => `p${percent}`),
  ],
  memory: [
    "run",
    "runtime",
    "memory_mb",
    "density",
    "component",
    "processes",
    "uss_kib",
    "pss_kib",
    "rss_kib",
    "vss_kib",
  ],
  published: ["table", "row", "column", "value"],
} as const;

export type DistilledTable = keyof typeof distilledColumns;

/** The files of a distilled folder, in the order they are written. */
export const distilledFiles = ["published.csv", "runs.json", "rounds.csv", "latency.csv", "memory.csv"] as const;
