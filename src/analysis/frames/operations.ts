import type { Dataset, OperationCell } from "../datasets/dataset.js";
import type { DataFrame } from "./danfo.js";
import { type Columns, frameOf } from "./frame.js";

interface OperationRow {
  readonly dataset: string;
  readonly cell: OperationCell;
  readonly phase: string;
  readonly round: number;
  readonly totalMs: number;
}

const operationColumns: Columns<OperationRow> = {
  dataset: ["string", ({ dataset }) => dataset],
  variant: ["string", ({ cell }) => cell.variant],
  density: ["int32", ({ cell }) => cell.density],
  concurrency: ["int32", ({ cell }) => cell.concurrency],
  count: ["int32", ({ cell }) => cell.count],
  phase: ["string", ({ phase }) => phase],
  round: ["int32", ({ round }) => round],
  total_ms: ["float32", ({ totalMs }) => totalMs],
};

/**
 * Returns the rounds of the experiments `cgroups` and `rootfs` as a tidy danfo frame, a row for each phase of each round.
 *
 * | column | type | unit and meaning |
 * |---|---|---|
 * | `dataset`, `variant` | string | the dataset's name, and the variant: `v1`, `v1pool`, `overlayfs`, … |
 * | `density` | int32 | containers whose groups exist already; 0 for root file systems |
 * | `concurrency` | int32 | threads, or root file systems at once |
 * | `count` | int32 | containers of a round |
 * | `phase` | string | `make`, `attach`, `mount`, `unmount`, `remove` |
 * | `round` | int32 | 1 for the first |
 * | `total_ms` | float32 | from the common release until the last container is done with the phase |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function operationsFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(
    operationColumns,
    datasets.flatMap(({ name, operations = [] }) =>
      operations.flatMap(cell =>
        cell.rounds.flatMap(({ round, phases }) =>
          phases.map(({ phase, totalMs }): OperationRow => ({ dataset: name, cell, phase, round, totalMs })),
        ),
      ),
    ),
  );
}
