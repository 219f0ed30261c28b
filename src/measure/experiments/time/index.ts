import { roundsCost } from "../cost.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { measureRounds } from "../rounds.js";
import { workloadSettingNames } from "../setting-rules.js";
import { summariseRounds } from "../summarise-rounds.js";
import { isCounted } from "../summary.js";

/** Cold starts by concurrency, on an otherwise empty machine (the paper's section 5.2). */
export const time: ExperimentDeclaration = {
  id: "time",
  measures: "cold starts",
  axes: ["concurrency"],
  takes: ["until", "untilDecided", ...workloadSettingNames],
  usual: { concurrency: [1, 10, 20, 50, 100], rounds: 10 },
  cost: roundsCost,
  measured: event => (isCounted(event, "round") ? event : null),
  async visit(visit, tools) {
    await tools.sandboxes.clearStanding(tools.append);
    await measureRounds(visit, tools, null);
  },
  summarise: summariseRounds("time"),
};
