import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import { projectRoot } from "../../support/needs.js";
import { assertAsRecorded, rehearse } from "./paper-replay.js";

const test = suite("the paper's campaign files rehearsed: every cell that was recorded");

/** `runtime density concurrency` of each recorded cell of a runtime. */
const recorded = (experiment: "time" | "density", runtime: string): readonly string[] => {
  const lines = readFileSync(join(projectRoot, "paper_data/rounds.csv"), "utf8").trim().split("\n");
  const own = lines.map(line => line.split(",")).filter(words => words[1] === experiment && words[2] === runtime);
  return [...new Set(own.map(words => words.slice(2, 5).join(" ")))];
};

/** Each client costs this machine about two milliseconds: the faster a runtime starts, the slower it is replayed. */
const speeds = { katafc: 20, kata: 10, katatemplate: 4, rund: 2 } as const;

for (const [runtime, speed] of Object.entries(speeds)) {
  for (const experiment of ["time", "density"] as const) {
    test(`${runtime}: paper-${experiment}.yaml through run and analyze gives the recorded makespans`, () =>
      assertAsRecorded(3, recorded(experiment, runtime), () =>
        rehearse(`paper-${experiment}.yaml`, { runtime, rounds: 2, speed }),
      ));
  }
}

test.run();
