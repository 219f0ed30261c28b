import type { Dataset } from "../datasets/dataset.js";
import { type IoRow, ioTable } from "../tables/io.js";
import type { DataFrame } from "./danfo.js";
import { type Columns, frameOf } from "./frame.js";

const ioColumns: Columns<IoRow> = {
  dataset: ["string", ({ dataset }) => dataset],
  runtime: ["string", ({ runtime }) => runtime],
  concurrency: ["int32", ({ concurrency }) => concurrency],
  pattern: ["string", ({ pattern }) => pattern],
  block_bytes: ["int32", ({ blockBytes }) => blockBytes],
  direct: ["boolean", ({ direct }) => direct],
  jobs: ["int32", ({ jobs }) => jobs],
  iops: ["float32", ({ iops }) => iops],
  mib_per_s: ["float32", ({ mibPerSecond }) => mibPerSecond],
  p50_us: ["float32", ({ p50Us }) => p50Us],
  p99_us: ["float32", ({ p99Us }) => p99Us],
};

/**
 * Returns reads and writes inside containers as a tidy danfo frame, a row for each job of fio in each cell.
 *
 * | column | type | unit and meaning |
 * |---|---|---|
 * | `dataset`, `runtime` | string | the dataset's name and the runtime's id |
 * | `concurrency` | int32 | containers that ran fio at the same time |
 * | `pattern` | string | `read`, `write`, `randread`, `randwrite`, as fio calls them |
 * | `block_bytes`, `direct` | int32, boolean | bytes of a request; whether it bypasses the page cache |
 * | `jobs` | int32 | jobs behind the row, over rounds and containers |
 * | `iops`, `mib_per_s` | float32 | requests and MiB per second of one container, mean over the jobs |
 * | `p50_us`, `p99_us` | float32 | latency of a request in microseconds, median over the jobs |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function ioFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(ioColumns, datasets.flatMap(ioTable));
}
