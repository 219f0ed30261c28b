import { suite } from "uvu";
import * as assert from "uvu/assert";
import { normalQuantile } from "../../../src/analysis/stats/normal.js";
import { sequentialLevels, sequentialP } from "../../../src/analysis/stats/sequential.js";
import { close } from "./close.js";

const test = suite("sequential looks");
const bounds = (levels: readonly number[]) => levels.map(level => -normalQuantile(level / 2));

// R: ldbounds::ldBounds(t = (1:5) / 5, iuse = c(1, 1), alpha = c(0.025, 0.025))$upper.bounds, in its documentation
test("the bounds are those of Lan and DeMets' program, for O'Brien and Fleming's spending", () => {
  close(bounds(sequentialLevels(0.05, 1, 5)), [4.8769, 3.3569, 2.6803, 2.2898, 2.031], 2e-4);
});

test("a single look is a plain test; with more looks, the level of the last is slightly lower", () => {
  close([...sequentialLevels(0.05, 7, 7)], [0.05], 1e-6);
  const last = sequentialLevels(0.05, 3, 40).at(-1)!;
  assert.ok(last > 0.03 && last < 0.05, `${last}`);
});

test("levels rise from look to look and with alpha", () => {
  const [small, large] = [sequentialLevels(0.01, 3, 20), sequentialLevels(0.05, 3, 20)];
  for (const [look, level] of small.entries()) {
    assert.ok(look === 0 || level >= small[look - 1]!);
    assert.ok(level <= large[look]!);
  }
});

test("the sequential p is the alpha whose level at that look is the look's own p", () => {
  for (const [look, alpha] of [
    [8, 0.05],
    [20, 0.01],
    [20, 0.3],
  ] as const) {
    const own = sequentialLevels(alpha, 3, 20)[look - 3]!;
    close([sequentialP(own, look, 3, 20)], [alpha], 0.01);
  }
  assert.is(sequentialP(1, 10, 3, 20), 1);
});

test.run();
