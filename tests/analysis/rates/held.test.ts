import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ArrivalWindow } from "../../../src/analysis/datasets/dataset.js";
import { backlog } from "../../../src/analysis/rates/backlog.js";
import { heldRates, rateResults } from "../../../src/analysis/rates/held.js";
import { boundedQuantile } from "../../../src/analysis/rates/quantile-bound.js";
import { random } from "../../../src/analysis/stats/random.js";

const test = suite("the highest rate held");
const { uniform } = random("held");

/** Starts of a server with one place that takes so many milliseconds, first come, first served. */
function served(perSecond: number, seconds: number, serviceMs: number) {
  const starts: { dueMs: number; sentMs: number; endMs: number; sent: boolean; ready: boolean }[] = [];
  let free = 0;
  for (let due = 0; due < seconds * 1000; due += (-Math.log(1 - uniform()) * 1000) / perSecond) {
    free = Math.max(free, due) + serviceMs;
    starts.push({ dueMs: due, sentMs: due, endMs: free, sent: true, ready: true });
  }
  return starts;
}

const windowOf = (rate: number, starts: ArrivalWindow["starts"]): ArrivalWindow => ({
  run: "r",
  runtime: "crun",
  rate,
  block: 1,
  round: 1,
  durationMs: 60_000,
  removals: [],
  flags: [],
  starts,
});

test("a queue grows above the service rate, and is stable below it", () => {
  // 50 ms a start is 20 a second
  for (const [rate, grows] of [
    [10, false],
    [16, false],
    [24, true],
    [40, true],
  ] as const) {
    assert.is(backlog(served(rate, 60, 50), 60_000).grows, grows, `${rate} a second`);
  }
});

test("an overloaded queue grows by the offered rate minus the served rate", () => {
  const starts = served(30, 120, 50);
  const { perSecond, interval } = backlog(starts, 120_000);
  const expected = starts.length / 120 - 20;
  assert.ok(interval![0] < perSecond && perSecond < interval![1]);
  assert.ok(Math.abs(perSecond - expected) < 0.7, `${perSecond} for ${expected}`);
});

test("equal queues are called growing in few of 400 windows", () => {
  const growing = Array.from({ length: 400 }, () => backlog(served(10, 60, 50), 60_000)).filter(({ grows }) => grows);
  assert.ok(growing.length <= 12, String(growing.length));
});

test("the bound of a quantile lies above the true one in about 95 of 100 samples", () => {
  let above = 0;
  for (let i = 0; i < 400; i++) {
    const values = Array.from({ length: 500 }, () => -Math.log(1 - uniform()));
    // the 95 % quantile of an exponential with mean 1
    if (boundedQuantile(values, 0.95).upper! >= -Math.log(0.05)) above++;
  }
  assert.ok(above >= 368 && above <= 397, String(above));
});

test("too few values have no bound: p99 needs 299 independent ones", () => {
  // 1 − 0.99^298 < 0.95 ≤ 1 − 0.99^299
  const values = (n: number) => Array.from({ length: n }, () => uniform());
  const effective = (n: number) => boundedQuantile(values(n), 0.99);
  assert.is(effective(298).upper, null);
  let found = effective(700);
  while (found.effective < 299) found = effective(900);
  assert.is.not(found.upper, null);
});

test("the highest rate held is below the first that fails, even if a higher one is held", () => {
  const objective = { p: 0.9, limitMs: 500 };
  const windows = [5, 10, 30].map(rate => windowOf(rate, served(rate, 60, 50)));
  const results = rateResults(windows, objective);
  assert.equal(
    results.map(({ rate, held }) => [rate, held]),
    [
      [5, true],
      [10, true],
      [30, false],
    ],
  );
  assert.equal(heldRates(results), [{ runtime: "crun", highest: 10, failsAt: 30, undecided: [] }]);
});

test("a refused arrival fails its rate, even if all others are fast", () => {
  const starts = served(5, 60, 50).map((start, n) => (n === 7 ? { ...start, sent: false, ready: false } : start));
  const [result] = rateResults([windowOf(5, starts)], { p: 0.5, limitMs: 10_000 });
  assert.equal([result!.refused, result!.held], [1, false]);
});

test("too few starts decide nothing, unless the measured quantile itself exceeds its limit", () => {
  // p99 needs 299 starts for a bound; 5 a second for 10 s are about 50
  const few = [windowOf(5, served(5, 10, 50))];
  const [open] = rateResults(few, { p: 0.99, limitMs: 10_000 });
  assert.equal([open!.held, open!.quantile!.upper], ["undecided", null]);
  const [missed] = rateResults(few, { p: 0.99, limitMs: 1 });
  assert.is(missed!.held, false);
  assert.equal(heldRates([open!]), [{ runtime: "crun", highest: null, failsAt: null, undecided: [5] }]);
});

test("a trace at its own rate has a row, but is neither a held nor a failed rate", () => {
  const starts = served(5, 60, 50);
  const [row] = rateResults([{ ...windowOf(5, starts), rate: null }], { p: 0.5, limitMs: 10_000 });
  assert.equal([row!.rate, row!.arrivals, row!.held], [null, starts.length, true]);
  assert.equal(heldRates([row!]), [{ runtime: "crun", highest: null, failsAt: null, undecided: [] }]);
});

test("without an objective no rate is held or fails", () => {
  const [result] = rateResults([windowOf(5, served(5, 60, 50))], null);
  assert.equal([result!.held, result!.quantile], [null, null]);
});

test.run();
