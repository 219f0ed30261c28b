import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Reading, roomLeft } from "../../../src/measure/experiments/fit/room-left.js";

const test = suite("the room that is left for sandboxes");
const at = (density: number, used: number, limit = 1_000_000): Reading => ({
  density,
  bounds: [{ name: "memory", unit: "KiB", used, limit }],
});

test("after one step a quarter is added to the slope", () => {
  // by hand: 10 sandboxes took 100,000, 10,000 each; 12,500 with two errors of an eighth; 900,000 − 200,000 are free
  const { sandboxes, perSandbox } = roomLeft([at(0, 100_000), at(10, 200_000)], 0.1);
  assert.equal([sandboxes, perSandbox], [56, 12_500]);
});

test("a straight line has no error, so the room is the free amount divided by the slope", () => {
  const { sandboxes } = roomLeft([at(0, 0), at(10, 100_000), at(20, 200_000)], 0.1);
  assert.is(sandboxes, 70);
});

test("noise around the line reduces the room by two standard errors of the slope", () => {
  // by hand: slope 10,150; residuals ±(…): R's lm(c(0, 103000, 203000) ~ c(0, 10, 20)) has the standard error 86.60
  const { perSandbox } = roomLeft([at(0, 0), at(10, 103_000), at(20, 203_000)], 0.1);
  assert.ok(Math.abs(perSandbox - (10_150 + 2 * 86.6025)) < 0.01, String(perSandbox));
});

test("the bound that is reached first decides", () => {
  const reading = (density: number): Reading => ({
    density,
    bounds: [
      { name: "memory", unit: "KiB", used: density * 10, limit: 10_000 },
      { name: "tasks", unit: "pids", used: 100 + density * 12, limit: 600 },
    ],
  });
  const { bound, sandboxes } = roomLeft([reading(0), reading(10), reading(20)], 0.1);
  // (540 − 340) / 12
  assert.equal([bound.name, sandboxes], ["tasks", 16]);
});

test("a resource that sandboxes do not use never stops a ramp", () => {
  assert.ok(roomLeft([at(0, 500_000), at(10, 500_000), at(20, 500_000)], 0.1).sandboxes > 1e9);
  // even one that is within its reserve already: it is another program's
  assert.ok(roomLeft([at(0, 990_000), at(10, 990_000)], 0.1).sandboxes > 1e9);
});

test("a resource that is already within its reserve leaves no room", () => {
  assert.is(roomLeft([at(0, 850_000), at(10, 950_000)], 0.1).sandboxes, 0);
});

test.run();
