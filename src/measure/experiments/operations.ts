import type { OperationsEvent } from "../../campaign-files/events/operations.js";
import type { CampaignEvent } from "../../campaign-files/events.js";
import { parseRunName } from "../../logs/index.js";
import type { Experiment } from "../../model/experiment.js";
import { groupBy } from "../../model/group-by.js";
import { quantileR7 } from "../../model/quantile.js";
import { ticksBetween } from "../host/cpu.js";
import { watchIdle } from "../round/observe.js";
import { waitForQuiet } from "../round/steady.js";
import { bareRuntime, type RuntimeDeclaration } from "../runtimes/runtime.js";
import type { DoneRound } from "./experiment.js";
import { type CellSummary, countFlags, emptySummary, isCounted } from "./summary.js";
import { beginRound, eachRound, now, type Visit, type VisitTools } from "./visit.js";

/** The result of one round of operations. */
export type RoundOfOperations = Pick<OperationsEvent, "phases" | "harness">;

/**
 * Measures the missing rounds of a visit whose rounds are operations on the kernel or a snapshotter, such as creating control
 * groups, and not cold starts. Each round is on disk before the next begins.
 *
 * @param windowMs length of the idle window before each round, in which the host's busy time is read
 * @param items number of items in a round
 * @param measure measures one round
 */
export async function measureOperations(
  visit: Visit,
  tools: VisitTools,
  { windowMs, items, measure }: { windowMs: number; items: number; measure: () => Promise<RoundOfOperations> },
): Promise<void> {
  const { slot, run, runtime } = visit;
  const { clock, host, timing, signal } = tools;
  const { density, block, position, concurrency } = slot;
  await eachRound(visit, async (round, warmup) => {
    await beginRound(visit, tools, `${warmup ? "warm-up" : "round"} ${round}`);
    const quiet = await waitForQuiet(clock, () => host.cpu().ticks, timing.quietLimitMs, signal);
    const idle = await watchIdle(tools, windowMs, signal);
    const state = host.state();
    const before = host.cpu().ticks;
    const { phases, harness } = await measure();
    const cpu = ticksBetween(before, host.cpu().ticks);
    tools.append({
      event: "operations",
      at: now(),
      run,
      runtime: runtime.id,
      density,
      concurrency: concurrency!,
      block,
      position,
      round,
      warmup,
      items,
      phases,
      harness,
      cpu,
      idle,
      quiet,
      host: state,
      flags: quiet.reached ? [] : ["not-quiet"],
    });
  });
}

/** Whether an event is a round of an experiment's operations that counts. */
const isRound = (event: CampaignEvent, experiment: Experiment): event is OperationsEvent =>
  isCounted(event, "operations") && parseRunName(event.run)?.experiment === experiment;

/** Returns the round of an event of operations; null for a warm-up and for any other event. */
export const roundOfOperations =
  (experiment: Experiment) =>
  (event: CampaignEvent): DoneRound | null =>
    isRound(event, experiment) ? event : null;

/** Summarises the cells of an experiment whose rounds are operations; warm-up rounds do not count. */
export const summariseOperations =
  (experiment: Experiment) =>
  (events: readonly CampaignEvent[]): readonly CellSummary[] => {
    const rounds = events.filter(event => isRound(event, experiment));
    const cells = groupBy(rounds, ({ run, density, concurrency }) => `${run} ${density} ${concurrency}`);
    return [...cells.values()].map(own => summariseCell(experiment, own));
  };

function summariseCell(experiment: Experiment, rounds: readonly OperationsEvent[]): CellSummary {
  const { run, runtime, density, concurrency, items, phases } = rounds[0]!;
  const result = phases.map(({ operation }, index) => {
    const own = rounds.map(round => round.phases[index]!);
    const meanMs = own.reduce((sum, { totalMs }) => sum + totalMs, 0) / own.length;
    const us = own.flatMap(phase => phase.us).sort((a, b) => a - b);
    const each = [0.5, 0.95, 0.99, 1].map(p => (quantileR7(us, p) / 1000).toFixed(2));
    return `${operation} ${meanMs.toFixed(1)} (${each.join("/")})`;
  });
  return {
    ...emptySummary,
    run,
    runtime,
    experiment,
    density,
    concurrency,
    rounds: rounds.length,
    attempted: items * rounds.length,
    flags: countFlags(rounds),
    result: `${result.join(", ")} ms for ${items} (each: p50/p95/p99/max)`,
  };
}

/** Returns the declaration of one of the things that an experiment compares instead of runtimes. */
export const subject = (id: string, label: string): RuntimeDeclaration => ({ ...bareRuntime, id, handler: "", label });
