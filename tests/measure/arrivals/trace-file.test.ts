import { suite } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../../../src/analysis/stats/random.js";
import { readTrace } from "../../../src/measure/arrivals/trace-file.js";

const test = suite("traces of arrivals");
const read = (text: string) => readTrace(text, "trace.csv", random("trace").uniform);
const times = (text: string) => read(text).map(({ atMs }) => atMs);

test("each line is a time in milliseconds, with or without a header", () => {
  assert.equal(times("0\n10\n10\n25.5\n"), [0, 10, 10, 25.5]);
  assert.equal(read("arrival_ms,hold_ms\n5,100\n7,0\n"), [
    { atMs: 5, holdMs: 100 },
    { atMs: 7, holdMs: 0 },
  ]);
});

test("Azure's counts per minute of 2019 are kept exactly, and spread within each minute", () => {
  const arrivals = read("HashOwner,HashApp,HashFunction,Trigger,1,2,3\no1,a1,f1,http,2,0,1\no1,a1,f2,timer,3,0,4\n");
  const perMinute = [0, 0, 0];
  for (const { atMs } of arrivals) perMinute[Math.floor(atMs / 60_000)]! += 1;
  assert.equal(perMinute, [5, 0, 5]);
  assert.equal(
    arrivals.map(({ atMs }) => atMs),
    arrivals.map(({ atMs }) => atMs).sort((a, b) => a - b),
  );
  assert.is(new Set(arrivals.map(({ atMs }) => atMs)).size, 10);
});

test("arrivals of Azure's trace of 2021 are at end − duration, and hold for the duration", () => {
  // by hand: starts at 9.5, 10 and 9 s; the first becomes 0
  const arrivals = read("app,func,end_timestamp,duration\na,f,10.0,0.5\na,g,12.0,2.0\nb,h,9.25,0.25\n");
  assert.equal(arrivals, [
    { atMs: 0, holdMs: 250 },
    { atMs: 500, holdMs: 500 },
    { atMs: 1000, holdMs: 2000 },
  ]);
});

for (const [what, text, place, found] of [
  ["an empty file", "", "trace.csv:1", "an empty file"],
  ["a header alone", "arrival_ms\n", "trace.csv", "none"],
  ["text for a number", "0\nsoon\n", "trace.csv:2", "soon"],
  ["text for a number after a blank line", "0\n\nsoon\n", "trace.csv:3", "soon"],
  ["a negative time", "-1\n", "trace.csv:1", "-1"],
  ["times that go back", "5\n10\n9\n", "trace.csv:3", "9"],
  ["half an invocation", "HashOwner,HashApp,HashFunction,Trigger,1\no,a,f,http,1.5\n", "trace.csv:2", "1.5"],
  ["a line that lacks minutes", "HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,1\n", "trace.csv:2", "nothing"],
  [
    "a quote in the middle of a field",
    '0\n1"2\n',
    "trace.csv:2",
    'Invalid Opening Quote: a quote is found on field 0 at line 2, value is "1"',
  ],
  ["no duration", "app,func,end_timestamp\na,f,1\n", "trace.csv:1", "app,func,end_timestamp"],
] as const) {
  test(`${what} is an error with its place`, () => {
    try {
      read(text);
      assert.unreachable();
    } catch (error) {
      const { code, where, found: said } = error as { code: string; where: string; found: string };
      assert.equal([code, where, said], ["RUND_TRACE", place, found]);
    }
  });
}

test.run();
