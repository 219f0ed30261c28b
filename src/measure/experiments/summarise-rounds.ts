import type { CampaignEvent, RoundEvent } from "../../campaign-files/events.js";
import { parseRunName } from "../../logs/index.js";
import type { Experiment } from "../../model/experiment.js";
import { groupBy } from "../../model/group-by.js";
import { type CellSummary, countFlags, emptySummary, isCounted, isUnreliable } from "./summary.js";

/** Summarises the cells of one cold-start experiment; warm-up rounds do not count. */
export const summariseRounds =
  (experiment: Experiment) =>
  (events: readonly CampaignEvent[]): readonly CellSummary[] => {
    const rounds = events
      .filter(event => isCounted(event, "round"))
      .filter(({ run }) => parseRunName(run)?.experiment === experiment);
    const cells = groupBy(rounds, ({ run, density, concurrency }) => `${run} ${density} ${concurrency}`);
    return [...cells.values()].map(own => summariseCell(experiment, own));
  };

function summariseCell(experiment: Experiment, rounds: readonly RoundEvent[]): CellSummary {
  const { run, runtime, density, concurrency } = rounds[0]!;
  const complete = rounds.flatMap(({ makespanMs }) => makespanMs ?? []);
  const samples = rounds.flatMap(round => round.samples);
  const failures = samples.filter(sample => sample.status !== "ready");
  const makespanMs = complete.length === 0 ? null : complete.reduce((sum, ms) => sum + ms, 0) / complete.length;
  return {
    ...emptySummary,
    run,
    runtime,
    experiment,
    density,
    concurrency,
    makespanMs,
    flags: countFlags(rounds),
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
