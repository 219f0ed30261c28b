import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../../support/needs.js";
import { rehearse } from "./paper-replay.js";

const test = suite("the paper's campaign files rehearsed: every cell that was recorded");

/** `runtime density concurrency` of each recorded cell of a runtime. */
const recorded = (experiment: "time" | "density", runtime: string): readonly string[] => {
  const lines = readFileSync(join(projectRoot, "paper_data/rounds.csv"), "utf8").trim().split("\n");
  const own = lines.map(line => line.split(",")).filter(words => words[1] === experiment && words[2] === runtime);
  return [...new Set(own.map(words => words.slice(2, 5).join(" ")))].sort();
};

for (const runtime of ["katafc", "kata", "katatemplate", "rund"]) {
  for (const experiment of ["time", "density"] as const) {
    test(`${runtime}: at speed 100, run and analyze of paper-${experiment}.yaml give every recorded cell, with both rounds`, async () => {
      const { cells, rounds } = await rehearse(`paper-${experiment}.yaml`, { runtime, rounds: 2, speed: 100 });
      const expected = recorded(experiment, runtime);
      assert.equal(cells, expected);
      assert.equal(rounds, Object.fromEntries(expected.map(cell => [cell, 2])));
    });
  }
}

test.run();
