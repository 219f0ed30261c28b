import { suite } from "uvu";
import * as assert from "uvu/assert";
import { benjaminiHochberg, holm } from "../../../src/analysis/stats/correction.js";
import { dependent, lagOne, trend } from "../../../src/analysis/stats/dependence.js";
import { equivalent } from "../../../src/analysis/stats/equivalence.js";
import { pairedRatio } from "../../../src/analysis/stats/paired.js";
import { permutationTest } from "../../../src/analysis/stats/permutation.js";
import { detectableEffect, pairsFor, roundsFor } from "../../../src/analysis/stats/power.js";
import { welchRatio } from "../../../src/analysis/stats/welch.js";
import { close, x, y } from "./close.js";

const test = suite("tests and power");

// scipy.stats.permutation_test((a, b), statistic=|Welch's t|, n_resamples=np.inf, alternative="greater"), for small samples all divisions
test("the permutation test equals SciPy's exactly if all divisions are tried", () => {
  close([permutationTest(x.slice(0, 5), y.slice(0, 5), 1)], [0.015873015873015872], 1e-12);
  close([permutationTest(x.slice(0, 6), [90, 96, 110, 101, 99], 1)], [0.38095238095238093], 1e-12);
});

// n_resamples=999999
test("with 9,999 seeded divisions it is SciPy's within their Monte Carlo error", () => {
  const z = [101, 103, 99, 104, 98, 107, 95, 102, 100, 106, 97, 103];
  const v = [99, 97, 101, 95, 100, 98, 96, 103, 94, 99, 97, 98];
  const p = permutationTest(z, v, "seed");
  assert.ok(Math.abs(p - 0.02605) < 4 * Math.sqrt((0.026 * 0.974) / 9999), `p ${p}`);
  assert.is(permutationTest(z, v, "seed"), p);
  assert.not.equal(permutationTest(z, v, "other"), p);
});

test("equal values are no evidence; different values without scatter are the strongest evidence", () => {
  assert.is(permutationTest([5, 5, 5], [5, 5, 5], 1), 1);
  assert.is(permutationTest([], [1, 2], 1), 1);
  close([permutationTest([5, 5, 5, 5], [6, 6, 6, 6], 1)], [2 / 70], 1e-12);
});

// R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.2), "holm") and "BH"
test("corrected p values equal those of p.adjust, in the given order", () => {
  const ps = [0.01, 0.04, 0.03, 0.005, 0.2];
  close(holm(ps), [0.04, 0.09, 0.09, 0.025, 0.2], 1e-12);
  close(benjaminiHochberg(ps), [0.025, 0.05, 0.05, 0.025, 0.2], 1e-12);
  assert.equal(holm([]), []);
  assert.equal(holm([0.9, 0.8]), [1, 1]);
});

// R: cor.test(1:10, x, method = "spearman", exact = TRUE) has p 0.7072 by its own approximation of the exact tail;
//    cor.test(1:9, c(3,1,2,5,4,7,6,9,8), method = "spearman", exact = TRUE) counts all orders: 0.002028219
// scipy.stats.spearmanr(range(14), …): statistic 0.5077, p 0.0638 from Student's t
test("a trend is Spearman's, its p exact for few values and SciPy's for more", () => {
  close([trend(x).rho], [0.1393939394], 1e-9);
  close([trend(x).p], [0.7072037856], 0.01);
  close([trend([3, 1, 2, 5, 4, 7, 6, 9, 8]).p], [0.002028219], 1e-6);
  const long = trend([...x, 120, 118, 125, 119]);
  close([long.rho, long.p], [0.5076923076923077, 0.06383915813376861], 1e-9);
  assert.equal(trend([3, 3, 3, 3]), { rho: 0, p: 1 });
});

// R: acf(x)$acf[2]
test("the lag-1 autocorrelation is acf's", () => {
  close([lagOne(x)], [-0.4962406015], 1e-9);
  assert.is(lagOne([4, 4, 4]), 0);
});

test("negative autocorrelation does not count as dependence, positive does", () => {
  assert.not(dependent([1, 9, 1, 9, 2, 8, 1, 9, 2, 9]));
  assert.ok(dependent([1, 1, 2, 1, 2, 8, 9, 8, 9, 9, 8, 2, 1, 1, 2, 1]));
  assert.not(dependent([1, 2, 3]));
});

// R: the delta method by hand, l = log(mean(y) / mean(x)), df by Satterthwaite, 2 * pt(-abs(l) / se, df), exp(l ± qt(.975, df) se)
test("Welch's ratio is R's", () => {
  const found = welchRatio(y, x)!;
  close(
    [found.ratio, found.p, ...found.at(0.95)],
    [0.849914236707, 0.001351932881, 0.780849830836, 0.925087233461],
    1e-8,
  );
  assert.is(welchRatio([1], x), null);
  assert.is(welchRatio([0, 0, 0], x), null);
  assert.is(welchRatio([2, 2], [3, 3]), null);
});

// scipy.stats.t with 4 degrees of freedom; d = over / mean(over) - under / mean(under), se = std(d, ddof=1) / sqrt(5)
test("the ratio of paired values has SciPy's p and interval, by the delta method", () => {
  const [over, under] = [
    [44.5, 47, 43, 46, 44],
    [50, 56, 52, 57, 52],
  ];
  const found = pairedRatio(over, under)!;
  close(
    [found.ratio, found.spread, found.p, ...found.at(0.95)],
    [0.8408239700374531, 0.03585269765849665, 0.0004149609836591184, 0.8042139364081367, 0.8791005932415857],
    1e-9,
  );
  assert.is(pairedRatio([1], [2]), null);
  assert.is(pairedRatio([2, 4, 6], [1, 2, 3]), null, "differences that do not vary");
  assert.is(pairedRatio([0, 0], [1, 2]), null);
});

// scipy.stats.nct for the power of the paired test, an integral over chi-square for that of two one-sided tests
test("pairs for an effect are at least as many as by the noncentral t, and at most one more", () => {
  const exact = [
    { spread: 0.05, effect: 0.05, alpha: 0.05, pairs: 11 },
    { spread: 0.05, effect: 0.05, alpha: 0.05 / 8, pairs: 18 },
    { spread: 0.1, effect: 0.05, alpha: 0.05, pairs: 38 },
    { spread: 0.02, effect: 0.05, alpha: 0.05, pairs: 4 },
    { spread: 0.2, effect: 0.05, alpha: 0.05 / 16, pairs: 247 },
  ];
  for (const { spread, effect, alpha, pairs } of exact) {
    const found = pairsFor(spread, effect, { alpha, power: 0.8 });
    assert.ok(found === pairs || found === pairs + 1, `${found} against ${pairs}`);
  }
});

// R: power.t.test(n = n, power = .8, sd = .05, strict = TRUE)$delta
test("the detectable effect is power.t.test's within 2 %, from three rounds on", () => {
  const found = [3, 10, 20, 50].map(n => detectableEffect(0.05, n));
  close(found, [0.15354879, 0.066247178, 0.045454825, 0.028300681], 0.02);
});

// power.t.test(delta = .05, sd = .05, power = .8)$n is 16.7
test("rounds for an effect are the next whole number above power.t.test's", () => {
  assert.is(roundsFor(0.05, 0.05), 17);
  assert.is(roundsFor(0, 0.05), 2);
  assert.is(roundsFor(5, 1e-9), 1_000_000);
});

test('"the same" needs the whole interval within the tolerance; without an interval nothing is shown', () => {
  assert.ok(equivalent([0.951, 1.049], 0.05));
  assert.not(equivalent([0.951, 1.051], 0.05));
  assert.not(equivalent([0.5, 2], 0.05));
  assert.not(equivalent(null, 0.05));
});

test.run();
