import type { Dataset, Round, StartCell } from "../datasets/dataset.js";
import { byGrid } from "../grid-order.js";
import { labelIn } from "../label-in.js";
import type { DataFrame } from "./danfo.js";
import { type Columns, frameOf } from "./frame.js";

interface RoundRow extends Round {
  readonly dataset: string;
  readonly label: string;
  readonly cell: StartCell;
}

const columns: Columns<RoundRow> = {
  dataset: ["string", ({ dataset }) => dataset],
  run: ["string", ({ cell }) => cell.run],
  experiment: ["string", ({ cell }) => cell.experiment],
  runtime: ["string", ({ cell }) => cell.runtime],
  label: ["string", ({ label }) => label],
  density: ["int32", ({ cell }) => cell.density],
  concurrency: ["int32", ({ cell }) => cell.concurrency],
  block: ["int32", ({ block }) => block],
  round: ["int32", ({ round }) => round],
  makespan_ms: ["float32", ({ makespanMs }) => makespanMs],
  start_skew_ms: ["float32", ({ startSkewMs }) => startSkewMs],
  latency_mean_ms: ["float32", ({ latencyMeanMs }) => latencyMeanMs],
  latency_p50_ms: ["float32", ({ latencyP50Ms }) => latencyP50Ms],
  latency_p90_ms: ["float32", ({ latencyP90Ms }) => latencyP90Ms],
  latency_p99_ms: ["float32", ({ latencyP99Ms }) => latencyP99Ms],
  latency_max_ms: ["float32", ({ latencyMaxMs }) => latencyMaxMs],
  cpu_ms: ["float32", ({ busyJiffies, cell }) => (busyJiffies === null ? null : (busyJiffies * 10) / cell.concurrency)],
};

/**
 * Returns the complete rounds of the time and density experiments as a tidy danfo frame, one row per round, by dataset, runtime,
 * density, concurrency, run and round.
 *
 * | column | type | unit and meaning |
 * |---|---|---|
 * | `dataset`, `run` | string | the dataset's name and the run folder's |
 * | `experiment` | string | `time` or `density` |
 * | `runtime`, `label` | string | the runtime's id, as in the published tables, and its name for people |
 * | `density` | int32 | sandboxes that were already running; 0 in the time experiment |
 * | `concurrency` | int32 | sandboxes started at once |
 * | `block`, `round` | int32 | 1 for the first; `block` is NaN for runs without blocks |
 * | `makespan_ms` | float32 | from the round's first request to its last sandbox ready |
 * | `start_skew_ms` | float32 | from the round's first request to its last |
 * | `latency_mean_ms`, `latency_p50_ms` … `latency_max_ms` | float32 | latency over the round's cold starts |
 * | `cpu_ms` | float32 | CPU per sandbox: the host's busy time in the round / concurrency; NaN if cpu.txt has no valid line |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function roundsFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(
    columns,
    datasets.flatMap(dataset =>
      [...dataset.starts].sort(byGrid).flatMap(cell => {
        const place = { dataset: dataset.name, label: labelIn(dataset, cell.runtime), cell };
        return cell.rounds.map((round): RoundRow => ({ ...round, ...place }));
      }),
    ),
  );
}
