import { endOf, type ReadySample, type RoundEvent } from "../../campaign-files/index.js";
import type { End } from "../../model/end.js";
import { groupBy } from "../../model/group-by.js";
import type { Dataset } from "../datasets/dataset.js";
import { byGrid } from "../grid-order.js";
import { labelIn } from "../label-in.js";
import { estimateQuantile, type Interval, median } from "../stats/index.js";
import { divideKubelet, kubeletCalls } from "./kubelet-calls.js";
import { keyOf } from "./latency-table.js";
import { stagesOf } from "./stages.js";

/** The stages of one cell's cold starts. */
export interface StageRow {
  readonly run: string;
  readonly runtime: string;
  readonly density: number;
  readonly concurrency: number;
  readonly until: End;
  /** The runtime's label, with what distinguishes the row from other rows of the same runtime. */
  readonly label: string;
  /** Number of cold starts that reached their end. */
  readonly samples: number;
  /**
   * Median latency in milliseconds, and the 95 % interval of the median over rounds of each round's median; null if there are too
   * few rounds.
   */
  readonly latencyMs: number;
  readonly interval: Interval | null;
  /**
   * Median of each stage in milliseconds, in the order of time. They need not add up to the median latency. On a cluster, those
   * of the sandbox and the container are means from the kubelets' own counters.
   */
  readonly stages: readonly { readonly name: string; readonly p50Ms: number }[];
}

/**
 * Returns a row for each cell of these rounds, by runtime, density and concurrency. A cell without a complete cold start has no
 * row.
 *
 * @param dataset the dataset whose runs may have recorded labels of their runtimes
 */
export function stageTable(
  rounds: readonly RoundEvent[],
  dataset: Pick<Dataset, "runs"> = { runs: [] },
): readonly StageRow[] {
  return [...groupBy(rounds, keyOf).values()].flatMap(cell => rowOf(cell, dataset) ?? []).sort(byGrid);
}

function rowOf(rounds: readonly RoundEvent[], dataset: Pick<Dataset, "runs">): StageRow | undefined {
  const { run, runtime, density, concurrency } = rounds[0]!;
  const byRound = rounds.map(({ samples }) => samples.flatMap(sample => (sample.status === "ready" ? [sample] : [])));
  const ready = byRound.flat();
  if (ready.length === 0) return undefined;
  const until = ready[0]!.until ?? "sandbox";
  const stages = stageMedians(ready);
  const calls = kubeletCalls(rounds);
  const medians = byRound.flatMap(samples => (samples.length === 0 ? [] : [median(samples.map(latencyOf))]));
  return {
    run,
    runtime,
    density,
    concurrency,
    label: labelIn(dataset, runtime),
    until,
    samples: ready.length,
    latencyMs: median(ready.map(latencyOf)),
    interval: estimateQuantile(medians, 0.5, `stages ${keyOf(rounds[0]!)}`).interval,
    stages: calls === null ? stages : divideKubelet(stages, calls, until !== "sandbox"),
  };
}

const latencyOf = (sample: ReadySample): number => endOf(sample) - sample.sentMs;

/** Returns the stages ordered by their mean start; a cold start without a stage counts as 0 for it. */
function stageMedians(samples: readonly ReadySample[]): StageRow["stages"] {
  const found = new Map<string, { durations: number[]; begins: number }>();
  for (const sample of samples) {
    const own = new Map<string, number>();
    for (const { name, fromMs, toMs } of stagesOf(sample)) {
      own.set(name, (own.get(name) ?? 0) + toMs - fromMs);
      const stage = found.get(name) ?? { durations: [], begins: 0 };
      stage.begins += fromMs - sample.sentMs;
      found.set(name, stage);
    }
    for (const [name, ms] of own) found.get(name)!.durations.push(ms);
  }
  return [...found]
    .map(([name, { durations, begins }]) => {
      const zeros = Array.from({ length: samples.length - durations.length }, () => 0);
      return { name, p50Ms: median([...durations, ...zeros]), begin: begins / durations.length };
    })
    .sort((a, b) => a.begin - b.begin)
    .map(({ name, p50Ms }) => ({ name, p50Ms }));
}
