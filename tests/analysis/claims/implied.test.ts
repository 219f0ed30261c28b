import { suite } from "uvu";
import * as assert from "uvu/assert";
import { agreementByChance, judge, paperClaims } from "../../../src/analysis/claims/index.js";
import { dataset, rounds, startCell } from "../synthetic.js";

const test = suite("the run that a claim implies");

test("unrelated values agree by chance as often as the closed form says", () => {
  // the range of n uniform values is at most q with probability n qⁿ⁻¹ − (n − 1) qⁿ
  for (const [count, q] of [
    [2, 0.1],
    [3, 0.05],
    [3, 0.3],
    [4, 0.5],
  ] as const) {
    const exact = count * q ** (count - 1) - (count - 1) * q ** count;
    const found = agreementByChance(count, 1.25 ** q - 1, 1.25);
    // three standard errors of 100,000 draws
    assert.ok(
      Math.abs(found - exact) < 3 * Math.sqrt((exact * (1 - exact)) / 100_000),
      `${count} ${q}: ${found} ${exact}`,
    );
  }
});

const claim = paperClaims.find(({ id }) => id === "cpu-200")!;

/** CPU per sandbox at 200 of each runtime, in ms. */
const measured = (cpu: { readonly [runtime: string]: number }) =>
  dataset({
    starts: Object.entries(cpu).map(([runtime, ms]) =>
      startCell({
        runtime,
        concurrency: 200,
        makespans: new Array(20).fill(100),
        busy: rounds(20 * ms, 20, runtime, 0.001),
      }),
    ),
  });

test("three reductions that agree on a value other than the recorded one imply that value", () => {
  // the claim's 89.3, 74.5 and 62.1 % less than these are 100 each
  const { verdict, implied } = judge(claim, {
    dataset: measured({ rund: 150, kata: 934.58, katatemplate: 392.16, katafc: 263.85 }),
  });
  assert.is(verdict, "contradicted");
  assert.ok(Math.abs(implied!.value - 100) < 0.5 && Math.abs(implied!.recorded - 150) < 1, JSON.stringify(implied));
  assert.is(implied!.agreeing.length, 3);
});

test("if one of three disagrees or a baseline is missing, no run is implied", () => {
  assert.is(
    judge(claim, { dataset: measured({ rund: 150, kata: 934.58, katatemplate: 392.16, katafc: 300 }) }).implied,
    null,
  );
  assert.is(judge(claim, { dataset: measured({ rund: 150, kata: 934.58, katatemplate: 392.16 }) }).implied, null);
});

test("a claim that holds implies no other run", () => {
  const { verdict, implied } = judge(claim, {
    dataset: measured({ rund: 100, kata: 934.58, katatemplate: 392.16, katafc: 263.85 }),
  });
  assert.equal([verdict, implied], ["supported", null]);
});

test.run();
