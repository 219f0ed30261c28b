import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { operationsFrame } from "../../../src/analysis/frames/index.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("the frame of operations");

test("a campaign of control groups has a row for each phase of each round", async () => {
  const dataset = await loadDataset(join(projectRoot, "raw/cgroups"));
  const frame = await operationsFrame([dataset]);
  // by hand: three variants, two densities, three numbers of threads, three phases, three rounds
  assert.equal(frame.shape, [3 * 2 * 3 * 3 * 3, 8]);
  const first = frame.query(frame["variant"].eq("v1pool").and(frame["concurrency"].eq(1)).and(frame["density"].eq(0)));
  const made = first.query(first["phase"].eq("make"))["total_ms"];
  // the campaign printed "rename 9.4" as the mean of three rounds
  assert.is(made.mean().toFixed(1), "9.4");
});

test.run();
