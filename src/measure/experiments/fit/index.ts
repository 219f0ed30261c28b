import type { FitEvent } from "../../../campaign-files/events.js";
import { standingMs } from "../cost.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { workloadSettingNames } from "../setting-rules.js";
import { type CellSummary, emptySummary } from "../summary.js";
import { measureRamp } from "./ramp.js";

/** How many sandboxes fit: a ramp that stops before the machine is harmed. */
export const fit: ExperimentDeclaration = {
  id: "fit",
  measures: "how many sandboxes fit",
  axes: ["density"],
  leastDensity: 1,
  takes: [
    "withContainer",
    ...workloadSettingNames,
    ...(["step", "growth", "reserve", "latencyLimit", "pressureLimit"] as const),
  ],
  usual: { density: [2000], rounds: 1 },
  // the ramp itself finds out how many fit, so the plan requires nothing of the machine
  cost: ({ density, rounds }, _, knowledge) => ({
    sandboxes: density * rounds.length,
    atOnce: 0,
    ms: rounds.length * standingMs(density, knowledge),
  }),
  async visit(visit, tools) {
    for (const round of visit.missing) await measureRamp(visit, tools, round);
  },
  measured: event => (event.event === "fit" ? event : null),
  summarise: events => events.filter(event => event.event === "fit").map(summariseRamp),
};

function summariseRamp({ run, runtime, density, fits, rule, why, steps }: FitEvent): CellSummary {
  const attempted = steps.reduce((sum, { added, failed }) => sum + added + failed, 0);
  const failed = steps.reduce((sum, step) => sum + step.failed, 0);
  const top = steps.at(-1);
  return {
    ...emptySummary,
    run,
    runtime,
    experiment: "fit",
    density,
    attempted,
    failed,
    sandboxes: fits,
    pssKiB: top === undefined || top.density === 0 ? null : top.pssKiB / top.density,
    rounds: 1,
    result: `${fits} fit; stopped by the rule "${rule}": ${why}`,
  };
}
