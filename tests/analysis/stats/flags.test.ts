import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flagCells } from "../../../src/analysis/stats/flags.js";
import { deviation } from "../../../src/analysis/stats/outliers.js";
import { ascending, median, quantileNearestRank, quantileR7 } from "../../../src/analysis/stats/quantile.js";
import { random } from "../../../src/analysis/stats/random.js";
import { close, x } from "./close.js";

const test = suite("flags, outliers, quantiles");

/** Rounds about 100 with a scatter of 5. */
const rounds = (n: number, seed: string) => {
  const stream = random(seed);
  return Array.from({ length: n }, () => 100 + 5 * stream.normal());
};
/** 99 cells with nothing to be found in them: a flag has to stand out among a hundred. */
const others = Array.from({ length: 99 }, (_, i) => ({ values: rounds(50, `other ${i}`) }));
const flagsOf = (values: readonly number[]) => flagCells([{ values }, ...others])[0]!;

// R: quantile(x, c(.1, .25, .9)) and with type = 1
test("quantiles are R's types 7 and 1", () => {
  const sorted = ascending(x);
  close(
    [0.1, 0.25, 0.9].map(p => quantileR7(sorted, p)),
    [96.8, 98.25, 122.2],
    1e-12,
  );
  assert.equal(
    [0.1, 0.25, 0.9].map(p => quantileNearestRank(sorted, p)),
    [95, 98, 121],
  );
  assert.is(
    quantileNearestRank(
      Array.from({ length: 100 }, (_, i) => i + 1),
      0.07,
    ),
    7,
  );
  assert.ok(Number.isNaN(median([])));
});

// scipy.stats.median_abs_deviation(x, scale="normal") is 5.9304; 133 lies 31.5 from the median 101.5, in 9 × 0.37 degrees
// of freedom: 2 * t.sf(31.5 / 5.9304, 3.33) is 0.00997
test("a deviation is counted in median absolute deviations", () => {
  const found = deviation(133, x);
  close([found.share], [31.5 / 101.5], 1e-12);
  close([found.p], [0.00997], 0.02);
});

test("only a planted outlier is flagged, by its position", () => {
  const values = rounds(50, "outlier");
  values[29] = 200;
  assert.equal(flagsOf(values).outliers, [30]);
  assert.not(flagsOf(values).drift);
});

test("five rounds in a hundred doubled are found", () => {
  for (const n of [20, 50]) {
    const values = rounds(n, `doubled ${n}`);
    for (let i = 3; i < n; i += 20) values[i]! *= 2;
    assert.ok(flagsOf(values).outliers.includes(4), `n = ${n}`);
  }
});

test("a value within 5 % of the median is no outlier, even if the scatter is tiny", () => {
  const values = rounds(50, "tight").map(value => 100 + (value - 100) / 100);
  values[7] = 104;
  assert.equal(flagsOf(values).outliers, []);
});

test("a planted drift is flagged with its ρ; a step as small as the scatter is not", () => {
  const drifting = flagsOf(rounds(50, "drift").map((value, i) => value + i / 2));
  assert.ok(drifting.drift);
  assert.ok(drifting.driftRho > 0.5);
  assert.not(flagsOf(rounds(50, "step").map((value, i) => (i === 25 ? value + 5 : value))).drift);
});

test("a first round that differs from the others is flagged as warm-up, fast or slow", () => {
  const [slow, quick] = [rounds(20, "slow"), rounds(20, "quick")];
  slow[0] = 180;
  quick[0] = 55;
  assert.ok(flagsOf(slow).warmUp);
  assert.ok(flagsOf(quick).warmUp);
  assert.ok(flagsOf(quick).firstRoundRatio! < 0.6);
  assert.not(flagsOf(rounds(20, "plain")).warmUp);
});

test("of a hundred cells without an effect, hardly any is flagged", () => {
  let flagged = 0;
  for (let family = 0; family < 20; family++) {
    const cells = Array.from({ length: 100 }, (_, i) => ({ values: rounds(20, `family ${family} ${i}`) }));
    const any = flagCells(cells).filter(({ drift, warmUp, outliers }) => drift || warmUp || outliers.length > 0);
    flagged += any.length;
  }
  assert.ok(flagged <= 10, `${flagged} of 2000 cells`);
});

test("cells with few rounds, equal rounds or no rounds are never flagged", () => {
  for (const values of [[], [5], [5, 50, 500, 5000], [7, 7, 7, 7, 7, 7]]) {
    const { drift, warmUp, outliers } = flagsOf(values);
    assert.equal({ drift, warmUp, outliers }, { drift: false, warmUp: false, outliers: [] }, `${values}`);
  }
});

test("start skew above 5 % of the measured value and failures above 5 % are flagged", () => {
  const [skewed, level] = flagCells([
    { values: [100, 100], skews: [6, 6], partial: 1, attempted: 100, failed: 6 },
    { values: [100, 100], skews: [4, 4], attempted: 100, failed: 5 },
  ]);
  assert.ok(skewed!.skewed && skewed!.unreliable);
  assert.is(skewed!.partial, 1);
  assert.not(level!.skewed || level!.unreliable);
});

test.run();
