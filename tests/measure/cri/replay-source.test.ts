import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { answersFromQuantiles } from "../../../src/measure/cri/index.js";
import { shuffled } from "../../../src/measure/shuffle.js";

const test = suite("the recording of a replay server");

test("each client gets the quantile in the middle of its share, scaled so that the last is the makespan", () => {
  // quantiles of a uniform distribution on 0 to 100: client i of 5 takes 10, 30, 50, 70, 90; 90 becomes 180
  const uniform = Array.from({ length: 101 }, (_, percent) => percent);
  assert.equal(answersFromQuantiles(uniform, 180, 5), [20, 60, 100, 140, 180]);
});

test("a value between two quantiles is interpolated", () => {
  // numpy.quantile([10, 20, 40], [1/6, 1/2, 5/6]) = [13.33…, 20, 33.33…]
  const [first, second, third] = answersFromQuantiles([10, 20, 40], 100 / 3, 3);
  assert.ok(Math.abs(first! - 40 / 3) < 1e-9 && second === 20 && third === 100 / 3, `${first} ${second} ${third}`);
});

test("a single client gets the makespan; so does every client if all latencies are 0", () => {
  assert.equal(answersFromQuantiles([80, 85, 300], 84, 1), [84]);
  assert.equal(answersFromQuantiles([0, 0], 10, 3), [10, 10, 10]);
});

test("any recording gives one answer per client, in ascending order, with the makespan as the largest", () => {
  const quantiles = fc
    .array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 101 })
    .map(values => values.sort((a, b) => a - b));
  fc.assert(
    fc.property(
      quantiles,
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.integer({ min: 1, max: 400 }),
      (q, m, n) => {
        const answers = answersFromQuantiles(q, m, n);
        assert.is(answers.length, n);
        assert.equal(
          answers,
          answers.toSorted((a, b) => a - b),
        );
        assert.ok(Math.abs(answers.at(-1)! - m) <= m * 1e-12);
      },
    ),
  );
});

test("a shuffle keeps every item, and its order follows from the seed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
      const once = shuffled(items, seed);
      assert.equal(shuffled(items, seed), once);
      assert.equal(
        once.toSorted((a, b) => a - b),
        items.toSorted((a, b) => a - b),
      );
    }),
  );
});

test("a shuffle gives all orders about equally often", () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = shuffled(["a", "b", "c"], `seed ${seed}`).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  // chi-square with 5 degrees of freedom: 20.5 is passed once in a thousand times
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.is(counts.size, 6);
  assert.ok(chiSquare < 20.5, String(chiSquare));
});

test.run();
