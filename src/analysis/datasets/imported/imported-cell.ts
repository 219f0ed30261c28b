import { type ImportedBurst, type ImportedRun, type ImportedSample, NumberColumn } from "../../../importers/index.js";
import { mean } from "../../stats/index.js";
import type { Round, StartCell } from "../dataset.js";
import { latencyFields, percentiles } from "../summarise.js";

/**
 * Maximum number of rounds of a cell. More values are summarised in this number of batches of consecutive values, because every
 * round is kept in memory.
 */
const mostRounds = 5000;

/** A burst, before its latencies are sorted. */
interface Burst {
  clients: number;
  failed: number;
  firstStartMs: number;
  lastStartMs: number;
  lastEndMs: number;
  /** Whether every sample so far has a start time. */
  timed: boolean;
  /** As the source states it; null if it does not. */
  makespanMs: number | null;
}

/** Collects one cell of another tool's results, in about eight bytes per sample. */
export class ImportedCell {
  readonly #latencies = new NumberColumn();
  readonly #bursts = new Map<number, Burst>();
  /** The burst to which consecutive latencies belong, and their number: `[burst, values, burst, values, …]`. */
  readonly #order: number[] = [];
  #failed = 0;

  constructor(
    readonly run: string,
    readonly own: ImportedRun,
    /** Null if it is the number of samples in a burst. */
    readonly concurrency: number | null,
  ) {}

  add({ round, startMs, outcome, latencyMs }: ImportedSample): void {
    if (outcome === "failed" || latencyMs === null) this.#failed++;
    if (this.own.unit === "samples") {
      if (outcome === "ready" && latencyMs !== null) this.#latencies.push(latencyMs);
      return;
    }
    const burst = this.#burst(round);
    burst.clients++;
    if (outcome === "failed" || latencyMs === null) {
      burst.failed++;
      return;
    }
    this.#latencies.push(latencyMs);
    if (this.#order.at(-2) === round) this.#order[this.#order.length - 1]!++;
    else this.#order.push(round, 1);
    // without start times, the samples of a burst are assumed to start together
    const start = startMs ?? 0;
    burst.timed &&= startMs !== null;
    burst.firstStartMs = Math.min(burst.firstStartMs, start);
    burst.lastStartMs = Math.max(burst.lastStartMs, start);
    burst.lastEndMs = Math.max(burst.lastEndMs, start + latencyMs);
  }

  /** Records the makespan that the source states for a burst; its samples may come before or after. */
  recordMakespan({ round, makespanMs }: ImportedBurst): void {
    this.#burst(round).makespanMs = makespanMs;
  }

  #burst(round: number): Burst {
    let burst = this.#bursts.get(round);
    if (burst === undefined) {
      const none = { clients: 0, failed: 0, timed: true, makespanMs: null };
      burst = { ...none, firstStartMs: Infinity, lastStartMs: -Infinity, lastEndMs: -Infinity };
      this.#bursts.set(round, burst);
    }
    return burst;
  }

  /** Returns the cell and empties the collection. */
  finish(): StartCell {
    const concurrency = this.concurrency ?? Math.max(0, ...[...this.#bursts.values()].map(({ clients }) => clients));
    const attempted = this.#latencies.length + this.#failed;
    const { rounds, partial, sorted } = this.own.unit === "samples" ? this.#ofSamples() : this.#ofBursts(concurrency);
    return {
      run: this.run,
      experiment: "time",
      runtime: this.own.runtime,
      density: 0,
      concurrency,
      rounds,
      partial,
      busyJiffies: [],
      attempted,
      failed: this.#failed,
      samples: sorted.length,
      latencyMeanMs: sorted.length === 0 ? null : mean(sorted),
      latencyQuantiles: percentiles(sorted),
    };
  }

  /** Returns each value as a round of one client; beyond `mostRounds`, each batch of consecutive values as one round. */
  #ofSamples() {
    const all = new Float64Array(this.#latencies.length);
    this.#latencies.drain((value, index) => {
      all[index] = value;
    });
    const batches = Math.min(all.length, mostRounds);
    const rounds = Array.from({ length: batches }, (_, i): Round => {
      const [from, to] = [i, i + 1].map(n => Math.round((n * all.length) / batches)) as [number, number];
      const values = all.subarray(from, to).sort();
      return roundOf(i + 1, values, mean(values), 0);
    });
    all.sort();
    return { rounds, partial: this.#failed, sorted: all };
  }

  /** Returns the complete bursts as rounds, because a span over fewer clients would make the runtime look faster. */
  #ofBursts(concurrency: number) {
    const bursts = [...this.#bursts].sort(([a], [b]) => a - b);
    const places = new Map<number, number>();
    let length = 0;
    for (const [round, { clients, failed }] of bursts) {
      places.set(round, length);
      length += clients - failed;
    }
    const all = new Float64Array(length);
    let [step, left] = [0, this.#order[1] ?? 0];
    this.#latencies.drain(value => {
      while (left === 0) {
        step += 2;
        left = this.#order[step + 1] ?? 1;
      }
      left--;
      const place = places.get(this.#order[step]!)!;
      all[place] = value;
      places.set(this.#order[step]!, place + 1);
    });
    let from = 0;
    const rounds = bursts.flatMap(([round, burst]) => {
      const { clients, failed, firstStartMs, lastStartMs, lastEndMs, timed, makespanMs } = burst;
      const values = all.subarray(from, from + clients - failed).sort();
      from += clients - failed;
      if (failed > 0 || clients !== concurrency) return [];
      const span = makespanMs ?? (timed ? lastEndMs - firstStartMs : values[values.length - 1]!);
      return [roundOf(round, values, span, timed ? lastStartMs - firstStartMs : 0)];
    });
    all.sort();
    return { rounds, partial: bursts.length - rounds.length, sorted: all };
  }
}

const roundOf = (round: number, sorted: Float64Array, makespanMs: number, startSkewMs: number): Round => ({
  round,
  clients: sorted.length,
  makespanMs,
  startSkewMs,
  ...latencyFields(sorted),
  busyJiffies: null,
  totalJiffies: null,
  block: null,
});
