import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Expected } from "../../../src/analysis/claims/paper/claim.js";
import { decide } from "../../../src/analysis/claims/verdicts/band.js";

const test = suite("the rule that judges claims");

const point = (printed: string, unit: Expected["unit"] = "ms"): Expected => ({ kind: "point", printed, unit });
const found = (low: number, high: number) => ({ value: (low + high) / 2, interval: [low, high] as const });
const alone = (value: number) => ({ value, interval: null });

test("an interval inside ± 5 % supports, one outside contradicts, one across an end decides nothing", () => {
  assert.is(decide(point("100"), found(96, 104)).verdict, "supported");
  assert.is(decide(point("100"), found(106, 110)).verdict, "contradicted");
  assert.is(decide(point("100"), found(80, 94)).verdict, "contradicted");
  assert.is(decide(point("100"), found(103, 107)).verdict, "inconclusive");
  assert.is(decide(point("100"), found(90, 110)).verdict, "inconclusive");
});

test("a percentage of any size has a band of ± 2 points", () => {
  assert.is(decide(point("40", "%"), found(38.5, 41.5)).verdict, "supported");
  assert.is(decide(point("40", "%"), found(42.5, 45)).verdict, "contradicted");
  assert.equal(decide(point("89.3", "%"), found(89, 90)).band, [87.3, 91.3]);
});

test("the three bands: printed is half of the last digit, loose ± 10 % or ± 5 points", () => {
  assert.equal(decide(point("47.6", "s"), found(47.58, 47.6)).bands, {
    printed: "supported",
    near: "supported",
    loose: "supported",
  });
  assert.equal(decide(point("100"), found(107, 109)).bands, {
    printed: "contradicted",
    near: "contradicted",
    loose: "supported",
  });
  assert.equal(decide(point("40", "%"), found(44, 44.9)).bands, {
    printed: "contradicted",
    near: "contradicted",
    loose: "supported",
  });
});

test("the tolerance at which a verdict flips is the interval's far end for a supported claim, its near end for a contradicted one", () => {
  const flips = (expected: Expected, low: number, high: number) =>
    Number(decide(expected, found(low, high)).flipsAt.toFixed(6));
  assert.is(flips(point("200"), 196, 206), 3);
  assert.is(flips(point("200"), 220, 240), 10);
  assert.is(flips(point("200"), 204, 216), 8);
  assert.is(flips(point("40", "%"), 43, 45), 3);
});

test("over and under use the bound itself", () => {
  const under: Expected = { kind: "under", printed: "1000", unit: "ms" };
  assert.is(decide(under, found(900, 999)).verdict, "supported");
  assert.is(decide(under, found(1000, 1100)).verdict, "contradicted");
  assert.is(decide(under, found(950, 1001)).verdict, "inconclusive");
  assert.equal(decide(under, found(900, 990)).band, [null, 1000]);
  assert.is(decide(under, found(1064, 1105)).flipsAt.toFixed(3), "6.400");
  const over: Expected = { kind: "over", printed: "200", unit: "sandboxes/s" };
  assert.is(decide(over, found(201, 210)).verdict, "supported");
  assert.is(decide(over, found(190, 200)).verdict, "contradicted");
  assert.is(decide(over, found(195, 205)).verdict, "inconclusive");
  assert.equal(decide(over, found(201, 210)).band, [200, null]);
});

test("a single value supports no point claim, and contradicts one only beyond the band by the band's half-width", () => {
  assert.is(decide(point("100"), alone(100)).verdict, "inconclusive");
  assert.is(decide(point("100"), alone(109.9)).verdict, "inconclusive");
  assert.is(decide(point("100"), alone(110.1)).verdict, "contradicted");
  assert.is(decide(point("87.7", "%"), alone(83.8)).verdict, "inconclusive");
  assert.is(decide(point("87.7", "%"), alone(83.4)).verdict, "contradicted");
  assert.is(decide(point("100"), alone(112)).flipsAt.toFixed(6), "6.000000");
});

test("a single value decides a bound only beyond it by the half-width, on either side", () => {
  const under: Expected = { kind: "under", printed: "20", unit: "MiB" };
  assert.is(decide(under, alone(18.9)).verdict, "supported");
  assert.is(decide(under, alone(19.5)).verdict, "inconclusive");
  assert.is(decide(under, alone(20.5)).verdict, "inconclusive");
  assert.is(decide(under, alone(21.1)).verdict, "contradicted");
  const over: Expected = { kind: "over", printed: "2500", unit: "sandboxes" };
  assert.is(decide(over, alone(2588)).verdict, "inconclusive");
  assert.is(decide(over, alone(1276)).verdict, "contradicted");
  assert.is(decide(over, alone(16437)).verdict, "supported");
});

test.run();
