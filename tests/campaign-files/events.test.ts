import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../../src/analysis/stats/random.js";
import {
  coldStartOf,
  formatEvent,
  type HostMemory,
  hostCost,
  parseEvents,
  type RoundEvent,
  type Sample,
} from "../../src/campaign-files/index.js";

const test = suite("the journal of a campaign");
const ticks = { busy: 60, total: 100, iowait: 1, steal: 2 };
const round: RoundEvent = {
  event: "round",
  at: "2026-01-31T12:00:00.000Z",
  run: "time_runc_01311200",
  runtime: "runc",
  density: 0,
  block: 1,
  position: 2,
  concurrency: 2,
  round: 3,
  warmup: false,
  releasedMs: 1_700_000_000_000.25,
  samples: [
    { status: "ready", client: 1, sandbox: "ab", sentMs: 0.1, answeredMs: 80.5, readyMs: 81.25 },
    {
      status: "timeout",
      client: 2,
      sandbox: null,
      sentMs: 0.2,
      endedMs: 2000.2,
      reason: "timeout",
      message: "no answer",
    },
  ],
  makespanMs: null,
  startSkewMs: 0.1,
  serviceSkewMs: null,
  loopDelayMs: 0,
  clockStepMs: 0,
  cpu: {
    ...ticks,
    busyMs: 600,
    lessIdleMs: 590,
    lessHarnessMs: 585,
    harnessMs: 5,
    idle: { ...ticks, ms: 500 },
    settle: { ...ticks, ms: 1000 },
  },
  quiet: { ms: 0, reached: true },
  prepare: null,
  cleanupMs: 30,
  background: null,
  host: { load1: 0, memAvailableKiB: 1, slabKiB: 1, tasks: 1, mounts: 1, pressure: null },
  swapIn: 0,
  memoryStallUs: 0,
  flags: ["partial"],
};

test("a round is written as one line, and read back unchanged", () => {
  const line = formatEvent(round);
  assert.is(line.split("\n").length, 2);
  assert.ok(line.includes('"samples":[[1,"ab",0.1,80.5,81.25],{"status":"timeout"'));
  assert.equal(parseEvents(line), { rows: [round], damaged: [], problems: [] });
});

test("any text in a failure's message stays on its line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (message, reason) => {
      const samples: Sample[] = [{ status: "failed", client: 1, sandbox: "x", sentMs: 0, endedMs: 1, reason, message }];
      const line = formatEvent({ ...round, concurrency: 1, samples });
      assert.is(line.indexOf("\n"), line.length - 1);
      assert.equal(parseEvents(line).rows, [{ ...round, concurrency: 1, samples }]);
    }),
  );
});

test("wherever a journal is cut, the whole lines are read, and the rest is one problem", () => {
  const text = [round, round, round].map(formatEvent).join("");
  const length = text.length / 3;
  for (let cut = 0; cut <= text.length; cut += 7) {
    const { rows, problems } = parseEvents(text.slice(0, cut));
    assert.is(rows.length, Math.floor(cut / length));
    assert.equal(
      problems.map(({ code }) => code),
      cut % length === 0 ? [] : ["RUND_EVENT_TORN"],
    );
  }
});

test("an invalid line is a problem with its number and the expected event", () => {
  const whole = formatEvent(round).trim();
  const wrong: readonly [string, readonly string[]][] = [
    ["{", ["a JSON document"]],
    ["null", ["an event"]],
    ['{"event":"constructor"}', ["the name of a known event"]],
    [
      '{"event":"end","at":"2026-01-31T12:00:00.000Z","why":null}',
      ['"complete" or "interrupted" or "failed" in status'],
    ],
    [
      '{"event":"end","at":"noon","status":"complete"}',
      ["a time such as 2026-01-31T12:00:00.000Z in at", "text in why"],
    ],
    [whole.replace('"block":1,', ""), ["a number in block"]],
    [
      whole.replace('[1,"ab",0.1,80.5,81.25]', '[1,"ab",0.1]'),
      ["a number in samples[0][3]", "a number in samples[0][4]"],
    ],
    [
      whole.replace('[1,"ab",0.1,80.5,81.25]', '[2,"ab",0.1,80.5,81.25]'),
      ["one sample for each client from 1 to the concurrency"],
    ],
    [whole.replace('"flags":["partial"]', '"flags":[]'), ["a makespan, or the flag partial"]],
  ];
  for (const [line, expected] of wrong) {
    const { rows, damaged, problems } = parseEvents(`${formatEvent(round)}${line}\n`, "events.ndjson");
    assert.equal([rows.length, damaged.map(({ line }) => line)], [1, [2]], line);
    assert.equal(
      problems.map(problem => [problem.line, problem.expected]),
      expected.map(each => [2, each]),
    );
  }
});

test("a field that no event of its name has is a problem, and the event is read without it", () => {
  const { rows, damaged, problems } = parseEvents(formatEvent({ ...round, more: 1 } as RoundEvent));
  assert.equal([rows, damaged], [[round], []]);
  assert.equal(
    problems.map(({ line, expected, found }) => [line, expected, found]),
    [[1, "no such field in more", "1"]],
  );
});

test("a sample's further times are written as an object at the end of its array, and read back", () => {
  const samples: Sample[] = [
    {
      status: "ready",
      client: 1,
      sandbox: "ab",
      sentMs: 0,
      answeredMs: 80,
      readyMs: 81,
      until: "output",
      createdMs: 90,
      startedMs: 100,
      outputMs: 120.5,
      marks: { sandboxTask: 40 },
    } as Sample,
    round.samples[1]!,
  ];
  const line = formatEvent({ ...round, samples });
  assert.ok(line.includes('[1,"ab",0,80,81,{"until":"output","createdMs":90,"startedMs":100,"outputMs":120.5,"marks"'));
  assert.equal(parseEvents(line).rows, [{ ...round, samples }]);
  const wrong = (from: string, to: string) =>
    parseEvents(line.replace(from, to)).problems.map(({ expected }) => expected);
  assert.equal(wrong('"outputMs":120.5,', ""), ["the time of the cold start's end in samples[0]"]);
  assert.equal(wrong('"startedMs":100', '"startedMs":"x"'), ["a number in samples[0].startedMs"]);
  assert.equal(wrong('"sandboxTask"', '"sandboxes"').length, 1);
});

const host = { memAvailableKiB: 9000, slabKiB: 100, pageTablesKiB: 50, kernelStackKiB: 20, percpuKiB: 5 };
const account = (changes: Partial<HostMemory>): HostMemory => ({
  ...host,
  anonHugePagesKiB: 0,
  hugetlbKiB: 0,
  ...changes,
});

test("the cost of sandboxes to the host is the change of its counters; free pages in processors' lists count as available", () => {
  // 3,000 KiB less available, but 1,000 of them only because they went into the lists
  const hostBefore = account({ cpuListsKiB: 500 });
  const hostAfter = account({
    memAvailableKiB: 6000,
    cpuListsKiB: 1500,
    slabKiB: 160,
    pageTablesKiB: 57,
    percpuKiB: 4,
  });
  const kernel = { slabKiB: 60, pageTablesKiB: 7, kernelStackKiB: 0, percpuKiB: -1 };
  assert.equal(hostCost({ hostBefore, hostAfter }), { availableFallKiB: 2000, ...kernel });
  // of a journal that did not look at the lists MemAvailable is all there is
  assert.is(
    hostCost({ hostBefore: account({}), hostAfter: account({ memAvailableKiB: 6000 }) }).availableFallKiB,
    3000,
  );
});

/** Rounds released up to half a millisecond after a wall clock's millisecond began, as they are; times in microseconds. */
function* releases(clients: number) {
  const stream = random(`releases ${clients}`);
  const micro = (ms: number) => Math.round(ms * 1000) / 1000;
  for (let round = 0; round < 1000; round++) {
    const releasedMs = micro(1_700_000_000_000 + round * 1300 + 0.5 * stream.uniform());
    const samples = Array.from({ length: clients }, (_, i) => {
      const sentMs = micro(0.02 + 0.11 * i + 0.05 * stream.uniform());
      const readyMs = micro(sentMs + 40 + 20 * stream.uniform());
      return { status: "ready", client: i + 1, sandbox: "a", sentMs, answeredMs: sentMs, readyMs } as const;
    });
    yield { releasedMs, samples, firstSentMs: samples[0]!.sentMs };
  }
}

for (const clients of [1, 10]) {
  test(`over 1,000 rounds of ${clients}, latencies and makespans in the logs are right to 0.02 ms on average`, () => {
    let [latencyBias, makespanBias] = [0, 0];
    for (const { releasedMs, samples, firstSentMs } of releases(clients)) {
      const rows = samples.map(sample => coldStartOf(releasedMs, sample, firstSentMs));
      const measured = Math.max(...samples.map(({ readyMs }) => readyMs)) - firstSentMs;
      const logged = Math.max(...rows.map(({ endMs }) => endMs)) - Math.min(...rows.map(({ startMs }) => startMs));
      assert.ok(Math.abs(logged - measured) <= 0.5001);
      makespanBias += (logged - measured) / 1000;
      for (const [i, { readyMs, sentMs }] of samples.entries()) {
        latencyBias += (rows[i]!.endMs - rows[i]!.startMs - (readyMs - sentMs)) / clients / 1000;
      }
    }
    assert.ok(Math.abs(latencyBias) < 0.02, `latency ${latencyBias}`);
    assert.ok(Math.abs(makespanBias) < 0.02, `makespan ${makespanBias}`);
  });
}

test("log times are on one time line: end minus start is the latency, and makespans are right to a millisecond", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 400, noNaN: true }),
      fc.double({ min: 1, max: 60_000, noNaN: true }),
      (offset, sentMs, lasted) => {
        const { startMs, endMs } = coldStartOf(1_700_000_000_000 + offset, {
          status: "ready",
          client: 1,
          sandbox: "a",
          sentMs,
          answeredMs: 0,
          readyMs: sentMs + lasted,
        });
        assert.ok(Number.isSafeInteger(startMs) && endMs >= startMs);
        assert.ok(Math.abs(endMs - startMs - lasted) <= 1);
      },
    ),
  );
});

test.run();
