import type { HostCost } from "../../campaign-files/index.js";
import { byText } from "../../model/order.js";
import { byRuntime } from "../../model/runtimes.js";
import type { Dataset, MemoryCell } from "../datasets/dataset.js";
import { perSandbox, pssPerSandbox } from "../groups.js";
import { labelIn } from "../label-in.js";
import type { DataFrame } from "./danfo.js";
import { type Columns, frameOf } from "./frame.js";

interface MemoryRow {
  readonly dataset: string;
  readonly label: string;
  readonly cell: MemoryCell;
}

const place: Columns<MemoryRow> = {
  dataset: ["string", ({ dataset }) => dataset],
  run: ["string", ({ cell }) => cell.run],
  runtime: ["string", ({ cell }) => cell.runtime],
  label: ["string", ({ label }) => label],
  memory_mb: ["int32", ({ cell }) => cell.memoryMb],
  density: ["int32", ({ cell }) => cell.density],
  sandboxes: ["int32", ({ cell }) => cell.sandboxes],
};

const columns: Columns<MemoryRow> = {
  ...place,
  pss_kib: ["float32", ({ cell }) => pssPerSandbox(cell)],
  uss_kib: ["float32", ({ cell }) => perSandbox(cell, "ussKiB")],
  rss_kib: ["float32", ({ cell }) => perSandbox(cell, "rssKiB")],
  vss_kib: ["float32", ({ cell }) => perSandbox(cell, "vssKiB")],
};

/**
 * Returns the snapshots of the memory experiment as a tidy danfo frame, one row per snapshot, by dataset, runtime, guest memory, density
 * and run. All `_kib` columns are KiB per sandbox.
 *
 * | column | type | meaning |
 * |---|---|---|
 * | `dataset`, `run`, `runtime`, `label` | string | as in `roundsFrame` |
 * | `memory_mb` | int32 | the guest memory that the folder's label names, in MB; guests get `guestMemoryExtraMb` more (see `runs.json`) |
 * | `density`, `sandboxes` | int32 | sandboxes requested, and sandboxes that were running |
 * | `pss_kib`, `uss_kib`, `rss_kib`, `vss_kib` | float32 | proportional, unique, resident and virtual set size, summed over the runtime's processes |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function memoryFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(columns, datasets.flatMap(rowsOf));
}

const hostColumns: Columns<MemoryRow> = {
  ...place,
  pss_kib: columns.pss_kib!,
  slab_kib: ["float32", ({ cell }) => hostPerSandbox(cell, "slabKiB")],
  page_tables_kib: ["float32", ({ cell }) => hostPerSandbox(cell, "pageTablesKiB")],
  kernel_stacks_kib: ["float32", ({ cell }) => hostPerSandbox(cell, "kernelStackKiB")],
  percpu_kib: ["float32", ({ cell }) => hostPerSandbox(cell, "percpuKiB")],
  available_fall_kib: ["float32", ({ cell }) => hostPerSandbox(cell, "availableFallKiB")],
};

/**
 * Returns the changes of the host's own counters for each snapshot, beside PSS, as a tidy danfo frame: a row per snapshot, in
 * KiB per sandbox. Only fresh campaigns record them; other datasets have no row.
 *
 * | column | type | meaning |
 * |---|---|---|
 * | `dataset` … `sandboxes`, `pss_kib` | | as in `memoryFrame` |
 * | `slab_kib`, `page_tables_kib`, `kernel_stacks_kib`, `percpu_kib` | float32 | growth of each part of the kernel's memory |
 * | `available_fall_kib` | float32 | decrease of the host's `MemAvailable` |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function hostMemoryFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(
    hostColumns,
    datasets.flatMap(rowsOf).filter(({ cell }) => (cell.journal?.host ?? null) !== null),
  );
}

interface PartRow extends MemoryRow {
  readonly part: string;
  readonly pssKiB: number;
}

const partColumns: Columns<PartRow> = {
  ...place,
  part: ["string", ({ part }) => part],
  pss_kib: ["float32", ({ pssKiB, cell }) => (cell.sandboxes === 0 ? null : pssKiB / cell.sandboxes)],
};

/**
 * Returns PSS by part, that is, by the role of a process, such as `shim`, `vmm` or `gofer`, as a tidy danfo frame: a row per
 * snapshot and part, in KiB per sandbox. Columns as in `memoryFrame`, and `part`. Only fresh campaigns record parts; other
 * datasets have no row.
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function memoryPartsFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  const parts = datasets
    .flatMap(rowsOf)
    .flatMap(row => (row.cell.journal?.parts ?? []).map(part => ({ ...row, ...part })));
  return frameOf(partColumns, parts);
}

const rowsOf = (dataset: Dataset): readonly MemoryRow[] =>
  [...dataset.memory]
    .sort(inOrder)
    .map(cell => ({ dataset: dataset.name, label: labelIn(dataset, cell.runtime), cell }));

const inOrder = (a: MemoryCell, b: MemoryCell): number =>
  byRuntime(a.runtime, b.runtime) || a.memoryMb - b.memoryMb || a.density - b.density || byText(a.run, b.run);

function hostPerSandbox({ journal, sandboxes }: MemoryCell, counter: keyof HostCost): number | null {
  const total = journal?.host?.[counter];
  return total === undefined || sandboxes === 0 ? null : total / sandboxes;
}
