import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FitEvent } from "../../../src/campaign-files/events.js";
import type { CampaignTools } from "../../../src/measure/campaign/tools.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, planOf } from "../campaign/campaigns.js";
import { FakeCri, type Start } from "../campaign/fake-cri.js";
import { VirtualClock } from "../campaign/virtual-clock.js";

const test = suite("a ramp");
const perSandboxKiB = 10_000;

/** A machine on which every sandbox takes 10,000 KiB, of 1,000,000. */
function machine(start: (nth: number) => Start = () => ({ ms: 20 })) {
  let nth = 0;
  const cri = new FakeCri(new VirtualClock(), () => start(++nth));
  const used = () => cri.sandboxes.size * perSandboxKiB;
  const tools: Partial<CampaignTools> = {
    headroom: {
      bounds: () => [{ name: "memory of the host", unit: "KiB", used: used(), limit: 1_000_000 }],
      protect: () => () => {},
    },
    memory: {
      ...fakeTools(cri).memory,
      snapshot: () => ({
        processes: [],
        components: [],
        found: { bySandbox: 0, byPattern: 0, onlyBySandbox: 0, onlyByPattern: 0, vanished: 0, without: 0 },
      }),
    },
  };
  return { cri, tools };
}

async function ramp(folder: string, wishes: object, { cri, tools }: ReturnType<typeof machine>): Promise<FitEvent> {
  const plan = planOf({ experiment: "fit", density: [500], step: 20, ...wishes });
  const { events, error } = await campaignIn(folder, plan, fakeTools(cri, tools));
  assert.is(error, undefined);
  assert.is(cri.sandboxes.size, 0);
  return events.find((event): event is FitEvent => event.event === "fit")!;
}

test("a ramp stops before it uses a limit's reserve, and names the limit", () =>
  inTempFolder(async folder => {
    const { fits, rule, why, steps } = await ramp(folder, {}, machine());
    // by hand: 90 % of 1,000,000 KiB hold 90 sandboxes of 10,000
    assert.equal([fits, rule], [90, "headroom"]);
    assert.match(why, /^memory of the host: 900000 of 1000000 KiB are used/);
    assert.equal(
      steps.map(({ density }) => density),
      [10, 30, 50, 70, 90],
    );
  }));

test("a ramp stops at the requested density", () =>
  inTempFolder(async folder => {
    const { fits, rule } = await ramp(folder, { density: [35] }, machine());
    assert.equal([fits, rule], [35, "asked"]);
  }));

test("a ramp stops at the first failed start, and the step before counts", () =>
  inTempFolder(async folder => {
    const failing = machine(nth => (nth === 45 ? { ms: 5, fails: "other" } : { ms: 20 }));
    const { fits, rule, why } = await ramp(folder, {}, failing);
    assert.equal([fits, rule], [30, "failed"]);
    assert.match(why, /^1 of 20 starts failed on top of 30$/);
  }));

test("a ramp stops at a step whose p99 is too long", () =>
  inTempFolder(async folder => {
    const slow = machine(nth => ({ ms: nth > 50 ? 900 : 20 }));
    const { rule, steps } = await ramp(folder, { latencyLimit: 0.5 }, slow);
    assert.equal([rule, steps.at(-1)!.density], ["latency", 70]);
  }));

test("a ramp stops when pages are swapped in, and under memory pressure", () =>
  inTempFolder(async folder => {
    const swapping = machine();
    const host = fakeTools(swapping.cri).host;
    const pressure = () => ({ swapIn: swapping.cri.sandboxes.size > 40 ? 7 : 0, stallUs: 0 });
    const swapped = await ramp(folder, {}, { ...swapping, tools: { ...swapping.tools, host: { ...host, pressure } } });
    assert.equal([swapped.rule, swapped.steps.at(-1)!.density], ["swap", 50]);
    await inTempFolder(async other => {
      const pressed = machine();
      const state = () => ({
        ...host.state(),
        pressure: { cpu: 0, memory: pressed.cri.sandboxes.size > 40 ? 30 : 0, io: 0 },
      });
      const stopped = await ramp(other, {}, { ...pressed, tools: { ...pressed.tools, host: { ...host, state } } });
      assert.equal([stopped.rule, stopped.steps.at(-1)!.density], ["pressure", 50]);
    });
  }));

test("with --growth each step adds a share of the running sandboxes", () =>
  inTempFolder(async folder => {
    const { steps } = await ramp(folder, { step: 10, growth: 50, density: [80] }, machine());
    assert.equal(
      steps.map(({ density }) => density),
      [10, 20, 30, 45, 68, 80],
    );
  }));

test.run();
