import type { FitEvent } from "../../campaign-files/index.js";
import { byRuntime } from "../../model/runtimes.js";
import type { ArrivalStart, ArrivalWindow, Dataset } from "../datasets/dataset.js";
import type { DataFrame } from "./danfo.js";
import { type Columns, frameOf } from "./frame.js";

interface ArrivalRow extends ArrivalStart {
  readonly dataset: string;
  readonly window: ArrivalWindow;
}

const arrivalColumns: Columns<ArrivalRow> = {
  dataset: ["string", ({ dataset }) => dataset],
  runtime: ["string", ({ window }) => window.runtime],
  rate: ["float32", ({ window }) => window.rate],
  round: ["int32", ({ window }) => window.round],
  due_ms: ["float32", ({ dueMs }) => dueMs],
  late_ms: ["float32", ({ sent, sentMs, dueMs }) => (sent ? sentMs - dueMs : null)],
  latency_ms: ["float32", ({ ready, endMs, dueMs }) => (ready ? endMs - dueMs : null)],
  refused: ["boolean", ({ sent }) => !sent],
  ready: ["boolean", ({ ready }) => ready],
};

/**
 * Returns the arrivals of open loops as a tidy danfo frame, one row per arrival, in the order in which they were due.
 *
 * | column | type | unit and meaning |
 * |---|---|---|
 * | `dataset`, `runtime` | string | the dataset's name and the runtime's id |
 * | `rate` | float32 | offered starts per second; NaN for a trace at its own rate |
 * | `round` | int32 | the window, 1 for the first |
 * | `due_ms` | float32 | the start's scheduled time, since the window's release |
 * | `late_ms` | float32 | delay of its request after that time; NaN for a refused arrival |
 * | `latency_ms` | float32 | from its scheduled time to its end; NaN if it was refused or failed |
 * | `refused`, `ready` | boolean | whether a limit refused it, and whether it ended as planned |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function arrivalsFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(
    arrivalColumns,
    datasets.flatMap(({ name, arrivals = [] }) =>
      [...arrivals]
        .sort((a, b) => byRuntime(a.runtime, b.runtime) || (a.rate ?? 0) - (b.rate ?? 0) || a.round - b.round)
        .flatMap(window => window.starts.map((start): ArrivalRow => ({ ...start, dataset: name, window }))),
    ),
  );
}

interface StepRow {
  readonly dataset: string;
  readonly ramp: FitEvent;
  readonly step: FitEvent["steps"][number];
}

const stepColumns: Columns<StepRow> = {
  dataset: ["string", ({ dataset }) => dataset],
  runtime: ["string", ({ ramp }) => ramp.runtime],
  round: ["int32", ({ ramp }) => ramp.round],
  density: ["int32", ({ step }) => step.density],
  added: ["int32", ({ step }) => step.added],
  failed: ["int32", ({ step }) => step.failed],
  p50_ms: ["float32", ({ step }) => step.latencyP50Ms],
  p99_ms: ["float32", ({ step }) => step.latencyP99Ms],
  pss_kib: ["float32", ({ step }) => (step.density === 0 ? null : step.pssKiB / step.density)],
  available_fall_kib: [
    "float32",
    ({ ramp, step }) =>
      step.density === 0 ? null : (ramp.hostBefore.memAvailableKiB - step.host.memAvailableKiB) / step.density,
  ],
  idle_busy: ["float32", ({ step }) => (step.idle.total === 0 ? null : step.idle.busy / step.idle.total)],
};

/**
 * Returns the steps of ramps as a tidy danfo frame, one row per step.
 *
 * | column | type | unit and meaning |
 * |---|---|---|
 * | `dataset`, `runtime` | string | the dataset's name and the runtime's id |
 * | `round` | int32 | the ramp, 1 for the first |
 * | `density` | int32 | sandboxes ready after the step |
 * | `added`, `failed` | int32 | sandboxes that the step added, and starts that failed |
 * | `p50_ms`, `p99_ms` | float32 | latency of the step's cold starts, ten at a time |
 * | `pss_kib` | float32 | PSS per sandbox |
 * | `available_fall_kib` | float32 | decrease of the host's available memory per sandbox |
 * | `idle_busy` | float32 | share of all processors that were busy while the sandboxes were idle |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function fitFrame(datasets: readonly Dataset[]): Promise<DataFrame> {
  return frameOf(
    stepColumns,
    datasets.flatMap(({ name, fits = [] }) =>
      fits.flatMap(ramp => ramp.steps.map((step): StepRow => ({ dataset: name, ramp, step }))),
    ),
  );
}
