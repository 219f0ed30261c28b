import type { MemoryCellLog, StartCellLog } from "../../logs/index.js";
import { byText } from "../../model/order.js";
import { mean, quantileR7, roundSpans } from "../stats/index.js";
import type { MemoryCell, Round, StartCell } from "./dataset.js";

/** Returns the parts of one cell's logs that the analysis needs. */
export function summariseStarts(
  log: StartCellLog,
  { run, experiment, runtime }: { run: string; experiment: "time" | "density"; runtime: string },
): StartCell {
  const { columns, cpu, density, concurrency } = log;
  const { clients } = columns;
  const { spans, partial } = roundSpans(columns);
  const busy = new Map(cpu.map(sample => [sample.round, sample]));
  const latencies = new Float64Array(spans.length * clients);
  const rounds = spans.map(({ round, makespanMs, startSkewMs }, index): Round => {
    const own = latencies.subarray(index * clients, (index + 1) * clients);
    const first = (round - 1) * clients;
    for (let client = 0; client < clients; client++) {
      own[client] = columns.endMs[first + client]! - columns.startMs[first + client]!;
    }
    own.sort();
    return {
      round,
      clients,
      makespanMs,
      startSkewMs,
      ...latencyFields(own),
      busyJiffies: busy.get(round)?.busyJiffies ?? null,
      totalJiffies: busy.get(round)?.totalJiffies ?? null,
      block: null,
    };
  });
  latencies.sort();
  return {
    run,
    experiment,
    runtime,
    density,
    concurrency,
    rounds,
    partial,
    busyJiffies: cpu.map(sample => sample.busyJiffies),
    attempted: null,
    failed: null,
    samples: latencies.length,
    latencyQuantiles: percentiles(latencies),
  };
}

/** Returns the latency fields of a round, from its latencies in ascending order. */
export const latencyFields = (sorted: Float64Array) => ({
  latencyMeanMs: mean(sorted),
  latencyP50Ms: quantileR7(sorted, 0.5),
  latencyP90Ms: quantileR7(sorted, 0.9),
  latencyP99Ms: quantileR7(sorted, 0.99),
  latencyMaxMs: sorted[sorted.length - 1]!,
});

/** Returns the quantiles of ascending values at 0, 1 %, … 100 %; empty without a value. */
export const percentiles = (sorted: Float64Array): readonly number[] =>
  sorted.length === 0 ? [] : Array.from({ length: 101 }, (_, percent) => quantileR7(sorted, percent / 100));

/** Returns a memory cell from its log: its components sorted by name, or none if a line of the log could not be read. */
export function summariseMemory(log: MemoryCellLog, run: string, runtime: string): MemoryCell {
  const components = [...(log.sums ?? [])]
    .map(([component, sum]) => ({ component, ...sum }))
    .sort((a, b) => byText(a.component, b.component));
  return { run, runtime, memoryMb: log.memoryMb, density: log.density, sandboxes: log.density, components };
}
