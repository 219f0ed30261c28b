import { fioImageName } from "../../containerd/fio-image.js";
import { fioJobs } from "../../micro/fio.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { isCounted } from "../summary.js";
import { eachRound } from "../visit.js";
import { measureIo } from "./round.js";
import { summariseIo } from "./summarise-io.js";

/** Estimated milliseconds of a round in addition to fio's jobs: sandboxes, and the file that is written first. */
const besidesMs = 3_000;

/** Reads and writes inside containers, by runtime: the cost of each root file system (the paper's section 3.1). */
export const io: ExperimentDeclaration = {
  id: "io",
  measures: "reading and writing inside containers",
  axes: ["concurrency"],
  takes: ["duration", "large", "image", "cpu", "memoryLimit"],
  usual: {
    concurrency: [1],
    rounds: 5,
    duration: 2,
    large: 64,
    until: "output",
    image: fioImageName,
  },
  cost({ concurrency, rounds }, { warmup, duration = 0 }, { aroundMs }) {
    const count = rounds.length + warmup;
    const atOnce = concurrency ?? 1;
    const ms = count * (fioJobs.length * duration * 1000 + besidesMs + aroundMs);
    return { sandboxes: count * atOnce, atOnce, ms };
  },
  measured: event => (isCounted(event, "io") ? event : null),
  async visit(visit, tools) {
    await tools.sandboxes.clearStanding(tools.append);
    await eachRound(visit, (round, warmup) => measureIo(visit, tools, round, warmup));
  },
  summarise: summariseIo,
};
