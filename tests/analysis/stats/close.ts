import * as assert from "uvu/assert";

/** Numbers that agree within a share of the expected ones. */
export function close(found: readonly number[], expected: readonly number[], share: number): void {
  assert.is(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(
      Math.abs(found[i]! - value) <= share * Math.abs(value),
      `expected ${value} within ${share}, found ${found[i]}`,
    );
  }
}

/** An interval whose ends lie within a share of the expected interval's width: what resampling leaves open. */
export function closeInterval(
  found: readonly [number, number] | null,
  expected: readonly [number, number],
  share: number,
): void {
  const slack = share * (expected[1] - expected[0]);
  const near = found?.every((end, i) => Math.abs(end - expected[i]!) <= slack);
  assert.ok(near, `expected ${expected} within ${slack}, found ${found}`);
}

/** Ten rounds with an outlier, and eleven others: the samples behind the recorded values of R and SciPy. */
export const x = [102, 98, 110, 95, 121, 99, 104, 97, 133, 101];
export const y = [88, 92, 85, 97, 90, 84, 91, 95, 89, 93, 87];
