import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import { projectRoot } from "../../support/needs.js";
import { assertAsRecorded, rehearse } from "./paper-replay.js";

const test = suite("the paper's campaign files rehearsed: every cell that was recorded");

/** `runtime density concurrency` of each recorded cell. */
const recorded = (experiment: "time" | "density"): readonly string[] => {
  const lines = readFileSync(join(projectRoot, "paper_data/rounds.csv"), "utf8").trim().split("\n");
  const own = lines.map(line => line.split(",")).filter(words => words[1] === experiment);
  return [...new Set(own.map(words => words.slice(2, 5).join(" ")))];
};

for (const experiment of ["time", "density"] as const) {
  test(`paper-${experiment}.yaml through run and analyze gives the recorded makespans`, () =>
    assertAsRecorded(3, recorded(experiment), () => rehearse(`paper-${experiment}.yaml`, { rounds: 2, speed: 20 })));
}

test.run();
