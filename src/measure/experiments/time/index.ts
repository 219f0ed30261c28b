import { roundsCost } from "../cost.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { measureRounds, roundOf } from "../rounds.js";
import { workloadSettingNames } from "../setting-rules.js";
import { summariseRounds } from "../summarise-rounds.js";

/** Cold starts by concurrency, on an otherwise empty machine (the paper's section 5.2). */
export const time: ExperimentDeclaration = {
  id: "time",
  measures: "cold starts",
  axes: ["concurrency"],
  takes: ["until", "untilDecided", ...workloadSettingNames],
  usual: { concurrency: [1, 10, 20, 50, 100], rounds: 10 },
  cost: roundsCost,
  measured: roundOf,
  async visit(visit, tools) {
    await tools.sandboxes.clearStanding(tools.append);
    await measureRounds(visit, tools, null);
  },
  summarise: summariseRounds("time"),
};
