import { suite } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../../../src/analysis/stats/random.js";
import { drawHold, poissonArrivals, uniformArrivals } from "../../../src/measure/arrivals/schedule.js";

const test = suite("the schedule of an open loop");

/** Largest distance between the sample's distribution and 1 − e^(−x/mean) (Kolmogorov and Smirnov). */
function distanceFromExponential(gaps: readonly number[], mean: number): number {
  const sorted = [...gaps].sort((a, b) => a - b);
  return Math.max(
    ...sorted.map((x, i) => {
      const expected = 1 - Math.exp(-x / mean);
      return Math.max(Math.abs((i + 1) / sorted.length - expected), Math.abs(i / sorted.length - expected));
    }),
  );
}

/** Whether the test at 5 % rejects that gaps are exponential; its critical value for large samples is 1.358 / sqrt(n). */
const rejects = (times: readonly number[], perSecond: number): boolean => {
  const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
  return distanceFromExponential(gaps, 1000 / perSecond) > 1.358 / Math.sqrt(gaps.length);
};

for (const rate of [0.5, 20, 400]) {
  test(`Poisson arrivals at ${rate} per second pass the Kolmogorov–Smirnov test as often as exponential gaps`, () => {
    const seeds = Array.from({ length: 400 }, (_, seed) => random(`rate ${rate}, seed ${seed}`));
    const rejected = seeds.filter(({ uniform }) => rejects(poissonArrivals(rate, 500_000 / rate, uniform), rate));
    // 5 % of 400 is 20; a binomial number lies between 4 and 38 but once in 10,000
    assert.ok(rejected.length >= 4 && rejected.length <= 38, String(rejected.length));
  });
}

test("another rate fails the same test", () => {
  assert.ok(rejects(poissonArrivals(22, 200_000, random("other rate").uniform), 20));
});

test("the same seed gives the same schedule, and another seed a different one", () => {
  const draw = (seed: string) => poissonArrivals(20, 5_000, random(seed).uniform);
  assert.equal(draw("a"), draw("a"));
  assert.not.equal(draw("a"), draw("b"));
});

test("every arrival lies within the window", () => {
  const times = poissonArrivals(50, 10_000, random(3).uniform);
  assert.ok(times.every((at, i) => at >= (times[i - 1] ?? 0) && at < 10_000));
});

test("uniform arrivals are rate × duration, evenly spaced", () => {
  const times = uniformArrivals(20, 60_000);
  assert.is(times.length, 1200);
  assert.ok(times.every((at, i) => Math.abs(at - i * 50) < 1e-9));
});

test("an exponential hold has its mean", () => {
  const { uniform } = random("hold");
  const holds = Array.from({ length: 20_000 }, () => drawHold({ kind: "exponential", ms: 2_000 }, uniform));
  const mean = holds.reduce((sum, ms) => sum + ms, 0) / holds.length;
  // four standard errors of an exponential's mean
  assert.ok(Math.abs(mean - 2_000) < (4 * 2_000) / Math.sqrt(holds.length), String(mean));
});

test.run();
