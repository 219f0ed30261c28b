import type { Dataset, RunInfo } from "../datasets/dataset.js";
import { labelIn } from "../label-in.js";
import type { DataFrame } from "./danfo.js";
import { type Columns, frameOf } from "./frame.js";

interface RunRow extends RunInfo {
  readonly dataset: string;
  readonly cells: number;
}

const columns: Columns<RunRow> = {
  dataset: ["string", ({ dataset }) => dataset],
  run: ["string", ({ run }) => run],
  runtime: ["string", ({ runtime }) => runtime],
  label: ["string", run => labelIn({ runs: [run] }, run.runtime)],
  cells: ["int32", ({ cells }) => cells],
  kernel: ["string", ({ versions }) => versions.kernel],
  containerd: ["string", ({ versions }) => versions.containerd],
  kata: ["string", ({ versions }) => versions.kata],
  snapshotter: ["string", ({ config }) => (config.snapshotter == null ? null : String(config.snapshotter))],
};

/**
 * Returns the runs and their software as a danfo frame, a row per run. If two rows differ in more than the runtime, the
 * difference is a confound of their comparison.
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function runsFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(
    columns,
    datasets.flatMap(({ name, runs, memory, starts }) =>
      runs.map((run): RunRow => {
        const cells = (run.experiment === "memory" ? memory : starts).filter(cell => cell.run === run.run).length;
        return { ...run, dataset: name, cells };
      }),
    ),
  );
}
