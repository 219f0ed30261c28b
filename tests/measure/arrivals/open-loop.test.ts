import { suite } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../../../src/analysis/stats/random.js";
import { type ArrivalRecord, type OpenLoopWork, runOpenLoop } from "../../../src/measure/arrivals/open-loop.js";
import { type Arrival, poissonArrivals, uniformArrivals } from "../../../src/measure/arrivals/schedule.js";
import { VirtualClock } from "../campaign/virtual-clock.js";

const test = suite("an open loop");
const never = new AbortController().signal;
const unbounded = { inFlight: Infinity, alive: Infinity, removers: 4 };
const at = (times: readonly number[], holdMs = 0): readonly Arrival[] => times.map(atMs => ({ atMs, holdMs }));

/** A server with parallel places, first come, first served, that takes the drawn time for each start. */
function server(clock: VirtualClock, places: number, serviceMs: () => number): OpenLoopWork<string> {
  let free = places;
  const queue: (() => void)[] = [];
  return {
    async start() {
      if (free > 0) free -= 1;
      else await new Promise<void>(resolve => queue.push(resolve));
      await clock.sleep(serviceMs());
      const next = queue.shift();
      if (next === undefined) free += 1;
      else next();
      return "ready";
    },
    lives: () => false,
    remove: async () => {},
  };
}

const run = (clock: VirtualClock, schedule: readonly Arrival[], work: OpenLoopWork<string>, limits = unbounded) =>
  runOpenLoop(schedule, work, limits, clock, clock.nowNs(), never);

const sent = (records: readonly ArrivalRecord<string>[]) =>
  records.flatMap(record => (record.status === "sent" ? [record] : []));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Erlang's C: the chance that an arrival waits, for c places and a load of a = λ / μ. */
function erlangC(c: number, a: number): number {
  let term = 1;
  let sum = 1;
  for (let n = 1; n < c; n++) {
    term *= a / n;
    sum += term;
  }
  const all = (term * a) / c / (1 - a / c);
  return all / (sum + all);
}

for (const [places, utilisation, arrivals, tolerance] of [
  [1, 0.5, 40_000, 0.06],
  [4, 0.8, 40_000, 0.1],
  [2, 0.95, 120_000, 0.3],
] as const) {
  test(`waits of M/M/${places} at utilisation ${utilisation} have the mean of Erlang's formula`, async () => {
    const clock = new VirtualClock();
    const { uniform } = random(`M/M/${places} ${utilisation}`);
    const serviceMs = 50;
    const perSecond = (utilisation * places * 1000) / serviceMs;
    const schedule = at(poissonArrivals(perSecond, (arrivals / perSecond) * 1000, uniform));
    const work = server(clock, places, () => -Math.log(1 - uniform()) * serviceMs);
    const latencies = sent(await run(clock, schedule, work)).map(({ endedMs, scheduledMs }) => endedMs - scheduledMs);
    const expectedMs = serviceMs + (erlangC(places, utilisation * places) * serviceMs) / (places * (1 - utilisation));
    assert.ok(Math.abs(mean(latencies) / expectedMs - 1) < tolerance, `${mean(latencies)} for ${expectedMs}`);
  });
}

test("waits of M/D/1 at utilisation 0.8 have the mean of Pollaczek and Khinchine", async () => {
  const clock = new VirtualClock();
  const { uniform } = random("M/D/1");
  const schedule = at(poissonArrivals(16, 2_000_000, uniform));
  const latencies = sent(
    await run(
      clock,
      schedule,
      server(clock, 1, () => 50),
    ),
  ).map(({ endedMs, scheduledMs }) => endedMs - scheduledMs);
  // ρ / (2 (1 − ρ)) services of wait, and one of service
  assert.ok(Math.abs(mean(latencies) / (50 + (0.8 / 0.4) * 50) - 1) < 0.1, String(mean(latencies)));
});

for (const [places, utilisation] of [
  [1, 0.5],
  [2, 0.8],
  [4, 0.95],
] as const) {
  test(`each wait of M/D/${places} at utilisation ${utilisation} equals that of the queue's recursion`, async () => {
    const clock = new VirtualClock();
    const { uniform } = random(`M/D/${places} ${utilisation}`);
    const serviceMs = 50;
    const perSecond = (utilisation * places * 1000) / serviceMs;
    const schedule = at(poissonArrivals(perSecond, (5_000 / perSecond) * 1000, uniform));
    const found = sent(
      await run(
        clock,
        schedule,
        server(clock, places, () => serviceMs),
      ),
    );
    // Kiefer and Wolfowitz 1955: a start begins when it arrives, or when the first place is free again
    const free = new Array<number>(places).fill(0);
    for (const [index, { atMs }] of schedule.entries()) {
      free.sort((a, b) => a - b);
      free[0] = Math.max(atMs, free[0]!) + serviceMs;
      const { endedMs, scheduledMs } = found[index]!;
      const off = endedMs - scheduledMs - (free[0] - atMs);
      // a start may leave up to 0.05 ms before it is due
      assert.ok(Math.abs(off) < 0.06, `start ${index}: ${off} ms`);
    }
    assert.is(found.length, schedule.length);
  });
}

test("an overloaded server's queue is in the latencies, where a closed loop hides it", async () => {
  const openClock = new VirtualClock();
  const open = sent(
    await run(
      openClock,
      at(uniformArrivals(25, 20_000)),
      server(openClock, 1, () => 50),
    ),
  );
  // by hand: start n is due at 40 n and ends at 50 (n + 1), so its latency is 50 + 10 n
  assert.is(open.at(-1)!.endedMs - open.at(-1)!.scheduledMs, 50 + 10 * 499);

  const closedClock = new VirtualClock();
  const one = server(closedClock, 1, () => 50);
  const closed: number[] = [];
  for (let n = 0; n < 500; n++) {
    const before = closedClock.nowMs;
    await one.start(n);
    closed.push(closedClock.nowMs - before);
  }
  assert.is(Math.max(...closed), 50);
});

test("a removal never delays a start, and overdue removals are recorded", async () => {
  const clock = new VirtualClock();
  const work: OpenLoopWork<string> = {
    start: () => clock.sleep(10).then(() => "ready"),
    lives: () => true,
    remove: () => clock.sleep(500),
  };
  const records = sent(await run(clock, at(uniformArrivals(10, 1_000), 100), work, { ...unbounded, removers: 1 }));
  assert.ok(records.every(({ sentMs, scheduledMs }) => sentMs === scheduledMs));
  // by hand: the first removal is due at 110 and takes 500; the second is due at 210 and begins at 610
  assert.equal([records[0]!.removal!.dueMs, records[0]!.removal!.begunMs], [110, 110]);
  assert.equal([records[1]!.removal!.dueMs, records[1]!.removal!.begunMs], [210, 610]);
});

test("a hold time that is not over when the last start has ended is cut short, and marked so", async () => {
  const clock = new VirtualClock();
  const work: OpenLoopWork<string> = {
    start: () => clock.sleep(10).then(() => "ready"),
    lives: () => true,
    remove: () => clock.sleep(1),
  };
  const [first, second] = sent(await run(clock, at([0, 1_000], 500), work));
  assert.equal([first!.removal!.holdCut, second!.removal!.holdCut], [false, true]);
  assert.equal([first!.removal!.dueMs, second!.removal!.dueMs], [510, 1_010]);
});

test("an arrival beyond a limit is refused with the limit's name, and the next one is started again", async () => {
  const clock = new VirtualClock();
  const work: OpenLoopWork<string> = {
    start: () => clock.sleep(100).then(() => "ready"),
    lives: () => true,
    remove: () => clock.sleep(1),
  };
  const statuses = (records: readonly ArrivalRecord<string>[]) =>
    records.map(record => (record.status === "refused" ? record.by : "sent"));
  const tooMany = await run(clock, at([0, 10, 20, 150], 1_000), work, { ...unbounded, inFlight: 2 });
  assert.equal(statuses(tooMany), ["sent", "sent", "inFlight", "sent"]);
  const tooFull = await run(clock, at([0, 10, 400, 1_200], 1_000), work, { ...unbounded, alive: 2 });
  assert.equal(statuses(tooFull), ["sent", "sent", "alive", "sent"]);
});

test("an interruption waits for the starts in flight, then throws its reason", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  let ended = 0;
  const work: OpenLoopWork<string> = {
    start: async client => {
      if (client === 2) stop.abort(new Error("stop"));
      await clock.sleep(100);
      ended += 1;
      return "ready";
    },
    lives: () => true,
    remove: async () => {},
  };
  try {
    await runOpenLoop(at([0, 10, 5_000]), work, unbounded, clock, clock.nowNs(), stop.signal);
    assert.unreachable();
  } catch (error) {
    assert.is((error as Error).message, "stop");
  }
  assert.is(ended, 2);
});

test.run();
