import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { projectRoot } from "../support/needs.js";

const test = suite("rund-lab trace");
const recorded = join(projectRoot, "raw/20261124T201129-recorded");

test("a round is one JSON document in Chrome's format, with a track for each client", async () => {
  const { code, stdout, stderr } = await lab(["trace", recorded, "--cell", "runc/10", "--round", "2"]);
  assert.equal([code, stderr], [0, ""]);
  const { traceEvents, otherData } = JSON.parse(stdout);
  const slices = traceEvents.filter(({ ph, cat }: { ph: string; cat: string }) => ph === "X" && cat === "cold start");
  assert.equal([slices.length, otherData.round, otherData.runtime], [10, 2, "runc"]);
});

test("a cell's density is named between runtime and concurrency; the error about a missing cell lists the cells", async () => {
  assert.is((await lab(["trace", recorded, "--cell", "crun/100/20"])).code, 0);
  const { code, stdout, stderr } = await lab(["trace", recorded, "--cell", "kata/10"]);
  assert.equal([code, stdout], [4, ""]);
  assert.match(stderr, /expected a round of .*runc\/10.*, found no round of kata\/10/);
  assert.is((await lab(["trace", join(projectRoot, "docs")])).code, 4);
});

test.run();
