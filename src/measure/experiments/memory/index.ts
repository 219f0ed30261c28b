import { guess, standingMs } from "../cost.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { workloadSettingNames } from "../setting-rules.js";
import { summariseSnapshots } from "./summarise-snapshots.js";
import { visitMemory } from "./visit.js";

/** Memory per sandbox by density and nominal guest memory (the paper's section 5.3). */
export const memory: ExperimentDeclaration = {
  id: "memory",
  measures: "memory per sandbox",
  axes: ["memory", "density"],
  leastDensity: 1,
  takes: ["withContainer", ...workloadSettingNames],
  usual: { density: [1, 10, 50, 100], memory: [128], rounds: 1 },
  repeats: true,
  cost: ({ density }, _, knowledge) => ({
    sandboxes: density,
    atOnce: density,
    ms: standingMs(density, knowledge) + guess.memorySettle / knowledge.speed,
  }),
  visit: visitMemory,
  measured: event => (event.event === "memory" ? { ...event, round: event.block } : null),
  summarise: summariseSnapshots,
};
