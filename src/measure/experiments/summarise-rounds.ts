import type { CampaignEvent, RoundEvent, RoundFlag } from "../../campaign-files/events.js";
import { parseRunName } from "../../logs/index.js";
import type { Experiment } from "../../model/experiment.js";
import { type CellSummary, isUnreliable } from "./summary.js";

/** Summarises the cells of one cold-start experiment; warm-up rounds do not count. */
export const summariseRounds =
  (experiment: Experiment) =>
  (events: readonly CampaignEvent[]): readonly CellSummary[] => {
    const cells = new Map<string, RoundEvent[]>();
    for (const event of events) {
      if (event.event !== "round" || event.warmup || parseRunName(event.run)?.experiment !== experiment) continue;
      const key = `${event.run} ${event.density} ${event.concurrency}`;
      const rounds = cells.get(key);
      if (rounds === undefined) cells.set(key, [event]);
      else rounds.push(event);
    }
    return [...cells.values()].map(rounds => summariseCell(experiment, rounds));
  };

function summariseCell(experiment: Experiment, rounds: readonly RoundEvent[]): CellSummary {
  const { run, runtime, density, concurrency } = rounds[0]!;
  const complete = rounds.flatMap(({ makespanMs }) => makespanMs ?? []);
  const samples = rounds.flatMap(round => round.samples);
  const failures = samples.flatMap(sample => (sample.status === "ready" ? [] : [sample]));
  const flags: Partial<Record<RoundFlag, number>> = {};
  for (const flag of rounds.flatMap(round => round.flags)) flags[flag] = (flags[flag] ?? 0) + 1;
  const makespanMs = complete.length === 0 ? null : complete.reduce((sum, ms) => sum + ms, 0) / complete.length;
  return {
    ...{ run, runtime, experiment, density, concurrency, memoryMb: null, flags, makespanMs },
    ...{ sandboxes: null, settled: null, pssKiB: null, hostKiB: null, kernelKiB: null },
    rounds: complete.length,
    partial: rounds.length - complete.length,
    attempted: samples.length,
    failed: failures.length,
    unreliable: isUnreliable(failures.length, samples.length),
    result: makespanMs === null ? "no complete round" : `makespan ${makespanMs.toFixed(1)} ms`,
    firstFailure: failures[0]?.message.split("\n")[0] ?? null,
    ...(failures[0]?.stage === undefined ? {} : { failedStage: failures[0].stage }),
    diskShare: rounds.some(({ diskShare }) => diskShare !== undefined)
      ? Math.max(...rounds.map(({ diskShare = 0 }) => diskShare))
      : null,
  };
}
