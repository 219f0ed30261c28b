import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bca } from "../../../src/analysis/stats/bca.js";
import { blockLength, studentised } from "../../../src/analysis/stats/bootstrap-t.js";
import {
  estimateDifference,
  estimateMean,
  estimateQuantile,
  estimateRatio,
  mapEstimate,
} from "../../../src/analysis/stats/estimate.js";
import { mean } from "../../../src/analysis/stats/mean.js";
import { random } from "../../../src/analysis/stats/random.js";
import { close, closeInterval, x, y } from "./close.js";

const test = suite("intervals");

// R 4.2, package boot, 199,999 resamples:
//   m <- boot(x, function(d, i) c(mean(d[i]), var(d[i]) / length(i)), 199999); boot.ci(m, type = "stud")
test("the studentised interval of a mean is boot.ci's", () => {
  const found = estimateMean(x, "seed");
  assert.is(found.value, 106);
  assert.is(found.n, 10);
  assert.is(found.method, "studentised bootstrap");
  closeInterval(found.interval, [99.464985, 127.506671], 0.05);
});

// as above with log(mean(a) / mean(b)) and var(a)/n/mean(a)^2 + var(b)/m/mean(b)^2, strata by sample; exp() of the ends
test("the interval of a ratio of means is boot.ci's on the log scale", () => {
  const found = estimateRatio(x, y, "seed");
  assert.is(found.value, mean(x) / mean(y));
  closeInterval(found.interval, [1.0980805, 1.3567626], 0.05);
});

// as above with mean(a) - mean(b) and var(a)/n + var(b)/m
test("the interval of a difference of means is boot.ci's", () => {
  closeInterval(estimateDifference(x, y, "seed").interval, [8.9725929, 31.9411969], 0.05);
});

// boot.ci(boot(x, function(d, i) mean(d[i]), 199999), type = "bca")
test("BCa of a mean is boot.ci's", () => {
  closeInterval(bca(x, mean, "seed")(0.95), [100.5, 115.7], 0.03);
});

// scipy.stats.bootstrap((x,), np.median, n_resamples=199999, method="BCa"); R counts ties otherwise and gives 97.5, 110
test("BCa of a median is SciPy's", () => {
  const found = estimateQuantile(x, 0.5, "seed");
  assert.is(found.value, 101.5);
  closeInterval(found.interval, [98, 112.5], 0.03);
});

const series = [
  10.858, 11.411, 10.313, 9.117, 11.341, 8.359, 10.058, 10.065, 11.045, 10.955, 12.568, 10.084, 11.632, 12.771, 11.39,
  8.243, 9.599, 9.203, 10.394, 10.486, 10.982, 10.81, 11.481, 10.456,
];

// R: sd(tsboot(ts(z), mean, R = 99999, l = 4, sim = "fixed", endcorr = FALSE)$t) is 0.267736: the spread of six block
// means about the mean of all 21, with 21 below and nothing for the blocks' overlap: ours × sqrt(20/21 × 5/6)
test("the standard error from moving blocks is tsboot's, corrected", () => {
  let error = 0;
  studentised(
    [{ values: series, blockLength: 4 }],
    ([m], [e]) => {
      error ||= e!;
      return { value: m!, error: e! };
    },
    "seed",
    10,
  );
  close([error * Math.sqrt((20 / 21) * (5 / 6))], [0.267736], 0.005);
});

/** First-order autoregression about 100. */
function autoregression(phi: number, n: number, seed: string): number[] {
  const stream = random(seed);
  let state = stream.normal() / Math.sqrt(1 - phi * phi);
  return Array.from({ length: n }, () => {
    state = phi * state + stream.normal();
    return 100 + state;
  });
}

test("dependent rounds get moving blocks from 20 rounds on, a caveat below, and independent ones neither", () => {
  const long = estimateMean(autoregression(0.8, 40, "long"), "seed");
  assert.is(long.method, "moving blocks");
  assert.is(long.caveat, null);
  const short = estimateMean(autoregression(0.9, 15, "short"), "seed");
  assert.is(short.method, "studentised bootstrap");
  assert.is(short.caveat, "dependent rounds: too narrow");
  assert.is(estimateMean(autoregression(0, 40, "none"), "seed").method, "studentised bootstrap");
});

test("the interval from moving blocks is wider than one that assumes independent rounds", () => {
  const values = autoregression(0.8, 50, "wide");
  const length = ([low, high]: readonly [number, number]) => high - low;
  const plain = studentised([{ values, blockLength: 1 }], ([m], [e]) => ({ value: m!, error: e! }), "seed")(0.95);
  assert.ok(length(estimateMean(values, "seed").interval!) > 1.5 * length(plain));
});

test("a block is at least two rounds and at most a quarter of them", () => {
  assert.is(blockLength(autoregression(0, 40, "a")), 2);
  assert.is(blockLength(autoregression(0.97, 40, "b")), 10);
});

test("fewer than five rounds have a value and no interval", () => {
  for (const found of [
    estimateMean([1, 2, 3, 4], "s"),
    estimateQuantile([1, 2, 3, 4], 0.5, "s"),
    estimateRatio(x, [1], "s"),
  ]) {
    assert.is(found.interval, null);
    assert.is(found.at(0.9), null);
    assert.is(found.caveat, "too few rounds");
    assert.ok(Number.isFinite(found.value));
  }
  assert.ok(Number.isNaN(estimateMean([], "s").value));
});

test("a quantile that its rounds cannot enclose has no interval: a median of 5 rounds, a 90 % quantile of 28", () => {
  const values = (n: number) => Array.from({ length: n }, (_, i) => i * i);
  const interval = (n: number, p: number) => estimateQuantile(values(n), p, "s").interval;
  assert.is(interval(5, 0.5), null);
  assert.ok(interval(6, 0.5) !== null);
  assert.is(interval(28, 0.9), null);
  assert.ok(interval(29, 0.9) !== null);
});

test("the interval of equal rounds is their value, and a caveat says that they are equal", () => {
  const equal = [7, 7, 7, 7, 7, 7];
  for (const found of [estimateMean(equal, "s"), estimateQuantile(equal, 0.5, "s")]) {
    assert.equal(found.interval, [7, 7]);
    assert.is(found.caveat, "all rounds equal");
  }
  assert.equal(estimateRatio(equal, [14, 14, 14, 14, 14], "s").interval, [0.5, 0.5]);
});

test("a ratio with a mean that is not above 0 has no value, and no interval", () => {
  for (const under of [
    [0, 0, 0, 0, 0],
    [-1, -2, -3, -4, -5],
  ]) {
    const found = estimateRatio(x, under, "s");
    assert.ok(Number.isNaN(found.value));
    assert.is(found.interval, null);
  }
});

test("the same seed gives the same interval to the last bit; a different seed gives a different one", () => {
  assert.equal(estimateMean(x, "a").interval, estimateMean(x, "a").interval);
  assert.not.equal(estimateMean(x, "a").interval, estimateMean(x, "b").interval);
});

test("a decreasing change of scale swaps the interval's ends", () => {
  const found = estimateMean(x, "a");
  const mapped = mapEstimate(found, value => 1000 / value);
  assert.is(mapped.value, 1000 / found.value);
  assert.equal(mapped.interval, [1000 / found.interval![1], 1000 / found.interval![0]]);
  assert.ok(mapped.at(0.9)![0] > mapped.at(0.95)![0]);
});

test.run();
