import { suite } from "uvu";
import * as assert from "uvu/assert";
import { normalCdf, normalQuantile } from "../../../src/analysis/stats/normal.js";
import { random } from "../../../src/analysis/stats/random.js";
import { studentQuantile, studentTwoSided } from "../../../src/analysis/stats/student.js";
import { close } from "./close.js";

const test = suite("distributions and random numbers");

// scipy.stats 1.10: norm.cdf([-3, .5, 2.2]), norm.ppf([.001, .3, .975])
test("the normal distribution is SciPy's", () => {
  close([-3, 0.5, 2.2].map(normalCdf), [0.0013498980316301, 0.69146246, 0.98609655], 1e-8);
  close([0.001, 0.3, 0.975].map(normalQuantile), [-3.09023231, -0.52440051, 1.95996398], 1e-8);
  assert.is(normalCdf(-20), 0);
  assert.is(normalCdf(20), 1);
});

// scipy.stats: 2 * t.sf([.5, 2.5, 21], [3.3, 3.3, 18]); t.ppf([.8, .975, .9995], [4, 1.5, 30])
test("Student's t is SciPy's, for degrees of freedom that are not whole and far into the tail", () => {
  const found = [studentTwoSided(0.5, 3.3), studentTwoSided(2.5, 3.3), studentTwoSided(21, 18)];
  close(found, [0.648535076, 0.0800528363, 4.14207671e-14], 1e-8);
  const quantiles = [studentQuantile(0.8, 4), studentQuantile(0.975, 1.5), studentQuantile(0.9995, 30)];
  close(quantiles, [0.94096458, 6.01666311, 3.64595863], 1e-7);
  assert.ok(Number.isNaN(studentTwoSided(Number.NaN, 3)));
});

test("the same seed gives the same numbers, a different seed different ones", () => {
  const take = (seed: string | number) => Array.from({ length: 5 }, () => random(seed).uniform());
  assert.equal(take("a"), take("a"));
  assert.is.not(random("a").uniform(), random("b").uniform());
  assert.is.not(random("cell/1").uniform(), random("cell/2").uniform());
});

test("uniform numbers fill [0, 1) evenly, below() every whole number, normal() has mean 0 and variance 1", () => {
  const stream = random("evenness");
  const n = 100_000;
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < n; i++) counts[Math.floor(stream.uniform() * 10)]!++;
  // chi-squared with 9 degrees of freedom: above 27.9 once in a thousand
  const chi = counts.reduce((total, count) => total + (count - n / 10) ** 2 / (n / 10), 0);
  assert.ok(chi < 27.9, `chi-squared ${chi}`);
  assert.equal([...new Set(Array.from({ length: 200 }, () => stream.below(3)))].sort(), [0, 1, 2]);
  const normals = Array.from({ length: n }, () => stream.normal());
  const mean = normals.reduce((total, value) => total + value, 0) / n;
  const square = normals.reduce((total, value) => total + value * value, 0) / n;
  assert.ok(Math.abs(mean) < 4 / Math.sqrt(n));
  assert.ok(Math.abs(square - 1) < (4 * Math.sqrt(2)) / Math.sqrt(n));
});

test.run();
