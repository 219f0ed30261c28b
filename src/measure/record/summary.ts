import type { CampaignEvent, MemoryEvent, RoundEvent, RoundFlag } from "../../campaign-files/events.js";
import { hostCost } from "../../campaign-files/index.js";
import { parseRunName } from "../../logs/index.js";
import type { Experiment } from "../../model/experiment.js";
import { byRuntime } from "../../model/runtimes.js";

/** What a campaign has of one cell. */
export interface CellSummary {
  readonly run: string;
  readonly runtime: string;
  readonly experiment: Experiment;
  readonly density: number;
  readonly concurrency: number | null;
  readonly memoryMb: number | null;
  /** Complete rounds, or snapshots. */
  readonly rounds: number;
  readonly partial: number;
  readonly attempted: number;
  readonly failed: number;
  /** More than 5 % of the cold starts failed: the rest no longer speaks for the runtime. */
  readonly unreliable: boolean;
  /** Mean makespan of the complete rounds; null in the memory experiment, and where there are none. */
  readonly makespanMs: number | null;
  /** Sandboxes that the memory was divided by; null but in the memory experiment. */
  readonly sandboxes: number | null;
  /** Whether memory held still before it was read; null but in the memory experiment. */
  readonly settled: boolean | null;
  /** Mean PSS per sandbox that was there; null but in the memory experiment. */
  readonly pssKiB: number | null;
  /** By how much the host's available memory fell, per sandbox: its second opinion; null but in the memory experiment. */
  readonly hostKiB: number | null;
  /** What of it the kernel keeps in slabs, page tables, stacks and per-processor data, which PSS leaves out; null likewise. */
  readonly kernelKiB: number | null;
  /** What the first failed cold start said. */
  readonly firstFailure: string | null;
  /** Rounds that carry each flag. */
  readonly flags: Readonly<Partial<Record<RoundFlag, number>>>;
}

const unreliableShare = 0.05;

/** The cells of a campaign by its journal, in the grid's order and not in that of the visits; warm-up rounds do not count. */
export function summariseCells(events: readonly CampaignEvent[]): readonly CellSummary[] {
  const rounds = new Map<string, RoundEvent[]>();
  const snapshots: MemoryEvent[] = [];
  for (const event of events) {
    if (event.event === "memory") snapshots.push(event);
    if (event.event !== "round" || event.warmup) continue;
    const key = `${event.run} ${event.density} ${event.concurrency}`;
    rounds.set(key, [...(rounds.get(key) ?? []), event]);
  }
  return [...[...rounds.values()].map(summariseRounds), ...snapshots.map(summariseSnapshot)].sort(inGridOrder);
}

const experimentOrder: readonly Experiment[] = ["time", "memory", "density"];

function inGridOrder(a: CellSummary, b: CellSummary): number {
  return (
    experimentOrder.indexOf(a.experiment) - experimentOrder.indexOf(b.experiment) ||
    byRuntime(a.runtime, b.runtime) ||
    (a.memoryMb ?? 0) - (b.memoryMb ?? 0) ||
    a.density - b.density ||
    (a.concurrency ?? 0) - (b.concurrency ?? 0) ||
    (a.run < b.run ? -1 : a.run > b.run ? 1 : 0)
  );
}

function summariseRounds(rounds: readonly RoundEvent[]): CellSummary {
  const { run, runtime, density, concurrency } = rounds[0]!;
  const complete = rounds.flatMap(({ makespanMs }) => makespanMs ?? []);
  const samples = rounds.flatMap(round => round.samples);
  const failures = samples.flatMap(sample => (sample.status === "ready" ? [] : [sample]));
  const failed = failures.length;
  const flags: Partial<Record<RoundFlag, number>> = {};
  for (const flag of rounds.flatMap(round => round.flags)) flags[flag] = (flags[flag] ?? 0) + 1;
  return {
    ...{ run, runtime, density, concurrency, memoryMb: null, flags },
    ...{ sandboxes: null, settled: null, pssKiB: null, hostKiB: null, kernelKiB: null },
    experiment: parseRunName(run)?.experiment ?? "time",
    rounds: complete.length,
    partial: rounds.length - complete.length,
    attempted: samples.length,
    failed,
    unreliable: failed > unreliableShare * samples.length,
    firstFailure: failures[0]?.message ?? null,
    makespanMs: complete.length === 0 ? null : complete.reduce((sum, ms) => sum + ms, 0) / complete.length,
  };
}

function summariseSnapshot(event: MemoryEvent): CellSummary {
  const { run, runtime, density, memoryMb, sandboxes, settle, attempted, failed, components } = event;
  const pssKiB = components.reduce((sum, component) => sum + component.pssKiB, 0);
  const { availableFallKiB, slabKiB, pageTablesKiB, kernelStackKiB, percpuKiB } = hostCost(event);
  const kernelKiB = slabKiB + pageTablesKiB + kernelStackKiB + percpuKiB;
  return {
    ...{
      run,
      runtime,
      density,
      memoryMb,
      attempted,
      failed,
      experiment: "memory",
      concurrency: null,
      makespanMs: null,
    },
    ...{ sandboxes, settled: settle.reached },
    rounds: sandboxes === 0 ? 0 : 1,
    partial: 0,
    unreliable: failed > unreliableShare * attempted,
    firstFailure: null,
    pssKiB: sandboxes === 0 ? null : pssKiB / sandboxes,
    hostKiB: sandboxes === 0 ? null : availableFallKiB / sandboxes,
    kernelKiB: sandboxes === 0 ? null : kernelKiB / sandboxes,
    flags: {},
  };
}
