import { roundsCost, standingMs } from "../cost.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { measureRounds } from "../rounds.js";
import { workloadSettingNames } from "../setting-rules.js";
import { summariseRounds } from "../summarise-rounds.js";
import { isCounted } from "../summary.js";
import { startBackground } from "./background.js";

/** Cold starts by concurrency, on top of running sandboxes (the paper's section 5.4). */
export const density: ExperimentDeclaration = {
  id: "density",
  measures: "cold starts on top of running sandboxes",
  axes: ["density", "concurrency"],
  leastDensity: 1,
  takes: ["until", "untilDecided", "withContainer", ...workloadSettingNames],
  usual: { concurrency: [1, 10, 50], density: [100], rounds: 10 },
  onBackground: true,
  measured: event => (isCounted(event, "round") ? event : null),
  cost(slot, settings, knowledge, before) {
    const rounds = roundsCost(slot, settings, knowledge);
    if (before !== undefined && before.runtime === slot.runtime && before.density === slot.density) return rounds;
    const ms = rounds.ms + standingMs(slot.density, knowledge);
    return { ...rounds, sandboxes: rounds.sandboxes + slot.density, ms };
  },
  async visit(visit, tools) {
    await measureRounds(visit, tools, await startBackground(visit, tools));
  },
  summarise: summariseRounds("density"),
};
