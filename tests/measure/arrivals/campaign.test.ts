import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ArrivalsEvent, ScheduleEvent } from "../../../src/campaign-files/events.js";
import { runtimes } from "../../../src/measure/index.js";
import { makePlan } from "../../../src/measure/plan/plan.js";
import { experimentSettings } from "../../../src/measure/plan/settings.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, type Outcome, planOf } from "../campaign/campaigns.js";
import { FakeCri } from "../campaign/fake-cri.js";
import { VirtualClock } from "../campaign/virtual-clock.js";

const test = suite("the arrivals experiment");

/** A service that takes 40 ms for each sandbox. */
const quick = () => new FakeCri(new VirtualClock(), () => ({ ms: 40 }));
const windowsOf = ({ events }: Outcome) => events.filter((event): event is ArrivalsEvent => event.event === "arrivals");
const open = (wishes: object) => planOf({ experiment: "arrivals", rate: [5], duration: 10, hold: "1", ...wishes });

test("a window's schedule is in the journal before any start, and every arrival is there afterwards", () =>
  inTempFolder(async folder => {
    const outcome = await campaignIn(folder, open({ arrivals: "uniform" }), fakeTools(quick()));
    assert.is(outcome.error, undefined);
    const [schedule] = outcome.events.filter((event): event is ScheduleEvent => event.event === "schedule");
    const [window] = windowsOf(outcome);
    assert.ok(outcome.events.indexOf(schedule!) < outcome.events.indexOf(window!));
    // by hand: 5 a second for 10 s, every 200 ms
    assert.equal(
      window!.dueMs,
      Array.from({ length: 50 }, (_, n) => n * 200),
    );
    assert.equal(
      window!.samples.map(({ client, sentMs }) => [client, sentMs]),
      window!.dueMs.map((due, index) => [index + 1, due]),
    );
    assert.is(window!.removals.length, 50);
  }));

test("all runtimes get the same arrivals, and another seed gives different ones", () =>
  inTempFolder(async folder => {
    const both = await campaignIn(folder, open({ runtimes: ["runc", "crun"] }), fakeTools(quick()));
    const [runc, crun] = windowsOf(both);
    assert.not.equal(runc!.runtime, crun!.runtime);
    assert.equal(runc!.dueMs, crun!.dueMs);
    await inTempFolder(async other => {
      const [reseeded] = windowsOf(await campaignIn(other, open({ seed: 2 }), fakeTools(quick())));
      assert.not.equal(reseeded!.dueMs, runc!.dueMs);
    });
  }));

test("arrivals that a limit refuses are in the journal, with the limit's name", () =>
  inTempFolder(async folder => {
    const [window] = windowsOf(
      await campaignIn(folder, open({ arrivals: "uniform", hold: "5", alive: 10 }), fakeTools(quick())),
    );
    assert.is(window!.samples.length + window!.refused.length, 50);
    assert.ok(window!.refused.length > 0);
    assert.ok(window!.refused.every(({ by }) => by === "alive"));
    // by hand: the first ten are admitted
    assert.is(window!.refused[0]!.client, 11);
  }));

test("a campaign that was interrupted in its second window continues with this window", () =>
  inTempFolder(async folder => {
    const stop = new AbortController();
    let windows = 0;
    const tools = fakeTools(quick(), {
      report: ({ doing }) => {
        if (doing.startsWith("window") && ++windows === 2) stop.abort();
      },
    });
    const plan = open({ rate: [2, 5] });
    assert.is(windowsOf(await campaignIn(folder, plan, tools, stop.signal)).length, 1);
    const resumed = windowsOf(await campaignIn(folder, plan, fakeTools(quick()), undefined, true));
    assert.equal(
      resumed.map(({ rate }) => rate),
      [2, 5],
    );
  }));

test("a trace's plan counts its arrivals, and a trace that cannot be read is refused", () =>
  inTempFolder(async folder => {
    const file = join(folder, "trace.csv");
    writeFileSync(file, "arrival_ms\n0\n100\n250\n11000\n");
    const arrivals = `trace:${file}`;
    // by hand: three lie within the 10 s of the window; one sandbox more is started before the campaign
    const plan = open({ rate: undefined, arrivals, rounds: 1, warmup: 0 });
    assert.is(plan.sandboxes, 4);
    writeFileSync(file, "arrival_ms\nsoon\n");
    assert.throws(() => open({ rate: undefined, arrivals }), /trace\.csv:2/);
    assert.throws(() => open({ rate: undefined, arrivals: `trace:${join(folder, "none.csv")}` }), /none\.csv/);
  }));

test("a rate that rund-lab cannot send is refused, with the measured limit", () =>
  inTempFolder(async folder => {
    const clock = new VirtualClock();
    const slow = new (class extends FakeCri {
      override async version() {
        await clock.sleep(10);
        return super.version();
      }
    })(clock, () => ({ ms: 40 }));
    // by hand: 50 requests take 10 ms, so 5,000 a second, and a start needs three
    const { error, events } = await campaignIn(folder, open({ rate: [5, 2000] }), fakeTools(slow));
    assert.match(
      String(error),
      /at most 1666 starts a second, as measured just now on this machine, found 2000 a second/,
    );
    assert.not(events.some(({ event }) => event === "arrivals" || event === "prewarm"));
    await inTempFolder(async other => {
      const held = await campaignIn(other, open({ rate: [5] }), fakeTools(slow));
      assert.is(held.error, undefined);
      assert.is(held.events.find((event): event is ScheduleEvent => event.event === "schedule")!.sendable, 1667);
    });
  }));

test("the limit on living sandboxes follows from free memory and pids, and is in the journal", () =>
  inTempFolder(async folder => {
    const settings = experimentSettings({
      experiment: "arrivals",
      runtimes: ["runc"],
      rate: [5],
      duration: 10,
      hold: "8",
    });
    const limitsWith = (memAvailableMiB: number, free: number) => ({
      memAvailableMiB,
      pids: { free, limit: free, by: "here" },
    });
    const planWith = (limits: ReturnType<typeof limitsWith>) =>
      makePlan({ name: null, experiments: [settings], custom: [] }, { runtimes, limits });
    // by hand: nine tenths of 200 pids hold 13 sandboxes of 13 pids, of 120 MiB 18 sandboxes of 6 MiB
    const runc = runtimes.find(({ id }) => id === "runc")!;
    assert.equal(planWith(limitsWith(100_000, 200)).experiments[0]!.room(runc), {
      sandboxes: 13,
      by: "90 % of 200 pids that here leaves, at 13 each",
    });
    const plan = planWith(limitsWith(120, 100_000));
    assert.is(plan.fits, true);
    assert.is(plan.experiments[0]!.room(runc)!.by, "90 % of 120 MiB of free memory, at 6 MiB each");
    const { events } = await campaignIn(folder, plan, fakeTools(quick()));
    const schedule = events.find((event): event is ScheduleEvent => event.event === "schedule")!;
    assert.equal(schedule.limits, { inFlight: 1000, alive: 18 });
    const window = events.find((event): event is ArrivalsEvent => event.event === "arrivals")!;
    assert.ok(window.refused.length > 0 && window.refused.every(({ by }) => by === "alive"));
    assert.is(window.refused.length + window.samples.length, schedule.schedule.length);
  }));

for (const [what, wishes, message] of [
  ["no rate", { rate: undefined }, /no rate is named/],
  ["a rate of 0", { rate: [0] }, /from 0.001 to 10000, found 0/],
  ["a rate for a trace", { arrivals: "trace:x.csv" }, /a trace has a rate of its own/],
  ["a hold longer than the window", { hold: "11" }, /outlive the window/],
  ["a hold that is no time", { hold: "long" }, /expected seconds such as 2/],
  ["an objective without a quantile", { slo: "2s" }, /such as p99:2s/],
  ["an objective without a limit", { slo: "p99" }, /such as p99:2s/],
  ["the quantile 0", { slo: "p0:2s" }, /such as p99:2s/],
  ["a limit of 0", { slo: "p99:0ms" }, /such as p99:2s/],
  ["a mean hold longer than the window", { hold: "exponential:11" }, /outlive the window/],
  ["arrivals of another kind", { arrivals: "bursts" }, /poisson, uniform or trace:FILE/],
] as const) {
  test(`${what} is refused before anything is started`, () => {
    const usual = { experiment: "arrivals", runtimes: ["runc"], duration: 10, hold: "1" } as const;
    const all = { ...usual, ...(what === "a rate for a trace" || !("rate" in wishes) ? { rate: [5] } : {}), ...wishes };
    assert.throws(() => experimentSettings(all), message);
  });
}

test.run();
