import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset, recordedCampaign } from "../../../src/analysis/datasets/index.js";
import { random } from "../../../src/analysis/stats/random.js";
import { campaignOf, detect, findsDifference, gateStops, shared, simulate, untilDecided } from "./simulated.js";

// small; `npm run bench comparisons` simulates 1,000 of each, and docs/statistics.md has what it printed
const test = suite("comparisons of simulated campaigns");
const count = (n: number, found: (i: number) => boolean) =>
  Array.from({ length: n }, (_, i) => found(i)).filter(Boolean).length;

// by a binomial of 100 trials with a chance of 5 %, more than 12 come in 0.2 % of cases
test("equal runtimes on a drifting machine differ in one campaign of twenty at most", () => {
  const wrong = count(100, i => findsDifference(shared, `equal ${i}`));
  assert.ok(wrong <= 12, `${wrong} of 100`);
});

// more than 6 of 30 come in 0.1 % of cases
test("a campaign that ends as soon as it is decided finds no more differences between equal runtimes", () => {
  const wrong = count(30, i => untilDecided({ ...shared, blocks: 12, concurrency: [1, 10] }, `until ${i}`).different);
  assert.ok(wrong <= 6, `${wrong} of 30`);
});

// by a binomial of 60 trials with a chance of 80 %, fewer than 39 come in 0.2 % of cases
test("a difference of 5 % is found in four of five campaigns with the rounds that the plan names", () => {
  const found = count(
    60,
    i => detect({ ...shared, factor: 1.05, concurrency: [10] }, `detect ${i}`).verdicts[0] === "slower",
  );
  assert.ok(found >= 39, `${found} of 60`);
});

test("the gate lets a recorded campaign pass against itself", async () => {
  const recorded = await loadDataset(recordedCampaign);
  assert.is(
    count(20, i => gateStops(recorded, ["runc", "runc"], 1, `gate ${i}`)),
    0,
  );
});

test("the gate stops a planted 10 % if blocks scatter by 1 %", () => {
  const quiet = { ...shared, concurrency: [1, 10], scatter: 0.02, drift: 0.01, walk: 0.001, roundsPerBlock: 5 };
  const stops = count(20, i =>
    gateStops(campaignOf([...simulate(quiet, random(`quiet ${i}`))]), ["first", "second"], 1.1, `planted ${i}`),
  );
  assert.is(stops, 20);
});

test.run();
