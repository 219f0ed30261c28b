import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ArrivalWindow } from "../../../src/analysis/datasets/dataset.js";
import { aliveSpans, inFlightSpans, levelOf, rateResults } from "../../../src/analysis/rates/index.js";
import { random } from "../../../src/analysis/stats/random.js";

const test = suite("starts in flight and sandboxes alive");

/** Starts that take so long and whose sandboxes are removed so long after. */
function windowOf(dueMs: readonly number[], latencyMs: number, holdMs: number, durationMs: number): ArrivalWindow {
  const starts = dueMs.map(due => ({ dueMs: due, sentMs: due, endMs: due + latencyMs, sent: true, ready: true }));
  const removals = starts.map(({ endMs }, index) => {
    const atMs = endMs + holdMs;
    const times = { dueMs: atMs, begunMs: atMs, doneMs: atMs };
    return { client: index + 1, ...times, holdCut: false, failure: null };
  });
  const place = { run: "r", runtime: "crun", rate: 5, block: 1, round: 1, durationMs, flags: [] };
  return { ...place, starts, removals };
}

test("three starts by hand: a sandbox is alive from its request until it is removed", () => {
  const window = windowOf([0, 100, 400], 200, 300, 1000);
  // in flight 0–200, 100–300, 400–600; alive 0–500, 100–600, 400–900
  assert.equal(levelOf(inFlightSpans(window), 1000), { mean: 0.6, most: 2 });
  assert.equal(levelOf(aliveSpans(window), 1000), { mean: 1.5, most: 3 });
});

test("a refused arrival is neither in flight nor alive; a start that left no sandbox is alive until its end", () => {
  const window = windowOf([0, 100], 200, 300, 1000);
  const refused = { ...window.starts[1]!, sent: false, ready: false };
  const failed = { ...window.starts[0]!, ready: false };
  const other = { ...window, starts: [failed, refused], removals: [] };
  assert.equal(levelOf(aliveSpans(other), 1000), { mean: 0.2, most: 1 });
  const [result] = rateResults([other], null);
  assert.equal(
    [result!.inFlight, result!.alive],
    [
      { mean: 0.2, most: 1 },
      { mean: 0.2, most: 1 },
    ],
  );
});

test("a start that ends when another begins does not overlap it", () => {
  assert.is(levelOf(inFlightSpans(windowOf([0, 200, 400], 200, 0, 600)), 600).most, 1);
});

test("the mean alive is Little's law: the rate times the latency and the hold", () => {
  const { uniform } = random("little");
  const dueMs: number[] = [];
  for (let due = 0; due < 600_000; due += (-Math.log(1 - uniform()) * 1000) / 20) dueMs.push(due);
  const { mean } = levelOf(aliveSpans(windowOf(dueMs, 50, 2000, 600_000)), 600_000);
  // 20 a second for 2.05 s each, less the first seconds in which the window fills
  assert.ok(Math.abs(mean / (20 * 2.05) - 1) < 0.03, String(mean));
});

test.run();
