import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arrivalWindows } from "../../../src/analysis/datasets/arrival-windows.js";
import { rateResults, readObjective } from "../../../src/analysis/rates/index.js";
import type { ArrivalsEvent } from "../../../src/campaign-files/events.js";
import { nextRate, type TriedRate } from "../../../src/measure/arrivals/search.js";
import type { CampaignTools } from "../../../src/measure/campaign/tools.js";
import { experimentSettings } from "../../../src/measure/plan/settings.js";
import { lab } from "../../support/command-line.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, type Outcome, planOf } from "../campaign/campaigns.js";
import { FakeCri } from "../campaign/fake-cri.js";
import { VirtualClock } from "../campaign/virtual-clock.js";

const test = suite("a search for the highest rate held");
const bounds = { resolution: 0.1, least: 0.1, first: 1, most: 1000, windows: 3 };

/** Runs a search against what a machine holds. */
function searched(held: (rate: number) => TriedRate["held"], changes: Partial<typeof bounds> = {}) {
  const offered: number[] = [];
  const tried = new Map<number, TriedRate>();
  for (;;) {
    const rate = nextRate([...tried.values()], { ...bounds, ...changes });
    if (rate === null) return { offered, tried };
    offered.push(rate);
    tried.set(rate, { rate, windows: (tried.get(rate)?.windows ?? 0) + 1, held: held(rate) });
    assert.ok(offered.length < 100, "it does not end");
  }
}

test("a search doubles the rate until one fails, then halves the gap to within the resolution", () => {
  // by hand, for a machine that holds 21: 32 fails; 24 fails; 20 is held; 22 fails, and 22 is within a tenth of 20
  assert.equal(searched(rate => rate <= 21).offered, [1, 2, 4, 8, 16, 32, 24, 20, 22]);
});

test("the answer is at most the resolution below the true highest rate", () => {
  for (const knee of [0.13, 0.9, 1, 3.7, 20, 21, 333, 990]) {
    for (const resolution of [0.01, 0.1, 0.5]) {
      const { tried } = searched(rate => rate <= knee, { resolution });
      const rates = [...tried.values()];
      const highest = Math.max(...rates.flatMap(({ rate, held }) => (held === true ? [rate] : [])));
      const fails = Math.min(
        ...rates.flatMap(({ rate, held }) => (held === false ? [rate] : [])),
        1000 * (1 + resolution),
      );
      assert.ok(highest <= knee && fails > knee, `${knee}: ${highest} to ${fails}`);
      assert.ok(fails <= highest * (1 + resolution) * 1.0001 || highest === 1000, `${knee}: ${highest} to ${fails}`);
    }
  }
});

test("a search offers no rate above the sendable one, and none below the lowest", () => {
  assert.equal(searched(() => true, { most: 6 }).offered, [1, 2, 4, 6]);
  assert.equal(searched(() => false).offered, [1, 0.5, 0.25, 0.125]);
});

test("an undecided rate beside the gap gets further windows, and one far below gets none", () => {
  // 1 and 2 have too few starts; 12 stays undecided, so it counts as not held above 8
  const held = (rate: number) => (rate <= 2 || rate === 12 ? "undecided" : rate < 14);
  assert.equal(searched(held).offered, [1, 2, 4, 8, 16, 12, 12, 12, 10, 11]);
});

test("a search in which every rate stays undecided ends without a held rate", () => {
  const { offered } = searched(rate => (rate > 5 ? false : "undecided"));
  assert.equal(offered.slice(0, 7), [1, 2, 4, 8, 4, 4, 6]);
});

/** A service with one place that takes 50 ms for each sandbox, first come, first served: 20 a second. */
function oneServer(clock = new VirtualClock()) {
  let freeMs = 0;
  return new FakeCri(clock, () => {
    freeMs = Math.max(freeMs, clock.nowMs) + 50;
    return { ms: freeMs - clock.nowMs };
  });
}

const holds: CampaignTools["holds"] = ({ slo = "" }, windows) =>
  rateResults(arrivalWindows(windows), readObjective(slo))[0]!.held ?? "undecided";
const plan = planOf({ experiment: "arrivals", rate: "search", slo: "p90:500ms", duration: 60, hold: "1" });
const ratesOf = ({ events }: Outcome) => events.flatMap(event => (event.event === "arrivals" ? [event.rate!] : []));
const endOf = ({ events }: Outcome) => events.find(event => event.event === "search");

test("a service that takes 50 ms for each start holds slightly less than 20 starts per second, as queueing theory predicts", () =>
  inTempFolder(async folder => {
    const outcome = await campaignIn(folder, plan, fakeTools(oneServer(), { holds }));
    assert.is(outcome.error, undefined);
    const rates = endOf(outcome)!.rates;
    const held = Math.max(...rates.flatMap(({ rate, held }) => (held === true ? [rate] : [])));
    const fails = Math.min(...rates.flatMap(({ rate, held }) => (held === false ? [rate] : [])));
    // M/D/1: p90 of the wait grows past 450 ms at a utilisation of about 0.9; above 20 no queue is stable
    assert.ok(held >= 13 && held < 20, String(held));
    assert.ok(fails > held && fails <= 24, String(fails));
    const windows = outcome.events.filter((event): event is ArrivalsEvent => event.event === "arrivals");
    assert.ok(windows.every(({ search }) => search === 1));
  }));

test("an interrupted search continues from its recorded windows, and offers the same rates", () =>
  inTempFolder(async whole => {
    const all = ratesOf(await campaignIn(whole, plan, fakeTools(oneServer(), { holds })));
    await inTempFolder(async folder => {
      const stop = new AbortController();
      let windows = 0;
      const report = ({ doing }: { doing: string }) => {
        if (doing.startsWith("window") && ++windows === 4) stop.abort();
      };
      const first = await campaignIn(folder, plan, fakeTools(oneServer(), { holds, report }), stop.signal);
      assert.equal(ratesOf(first), all.slice(0, 3));
      assert.is(endOf(first), undefined);
      const second = await campaignIn(folder, plan, fakeTools(oneServer(), { holds }), undefined, true);
      assert.equal(ratesOf(second), all);
      assert.ok(endOf(second));
      // nothing is missing: a third session measures nothing
      assert.equal(ratesOf(await campaignIn(folder, plan, fakeTools(oneServer(), { holds }), undefined, true)), all);
    });
  }));

test("each round is a separate search, and the rounds are spread over blocks", () =>
  inTempFolder(async folder => {
    const twice = planOf({
      experiment: "arrivals",
      rate: "search",
      slo: "p90:500ms",
      duration: 30,
      hold: "1",
      rounds: 2,
      blocks: 2,
      order: "shuffled",
      resolution: 50,
    });
    const { events } = await campaignIn(folder, twice, fakeTools(oneServer(), { holds }));
    const ends = events.flatMap(event => (event.event === "search" ? [[event.block, event.round]] : []));
    assert.equal(ends, [
      [1, 1],
      [2, 2],
    ]);
    // a rate's windows are numbered through, so that each draws a schedule of its own
    const windows = events.filter((event): event is ArrivalsEvent => event.event === "arrivals");
    const keys = windows.map(({ rate, round }) => `${rate} ${round}`);
    assert.is(new Set(keys).size, keys.length);
  }));

for (const [what, wishes, message] of [
  ["a search without an objective", { rate: "search" }, /a search needs an objective/],
  ["a resolution without a search", { rate: [5], resolution: 10 }, /only a search has a resolution/],
  ["a resolution of 0", { rate: "search", slo: "p99:2s", resolution: 0 }, /from 1 to 50, found 0/],
  ["a search in a trace", { rate: "search", arrivals: "trace:x.csv" }, /a trace has a rate of its own/],
] as const) {
  test(`${what} is refused before anything is started`, () => {
    const usual = { experiment: "arrivals", runtimes: ["runc"], duration: 10, hold: "1" } as const;
    assert.throws(() => experimentSettings({ ...usual, ...wishes }), message);
  });
}

test("the command line searches in a rehearsal and reports the result of each offered rate", () =>
  inTempFolder(async folder => {
    const { code, stdout, stderr } = await lab([
      ...["run", "arrivals", "--runtime", "rund", "--rate", "search", "--resolution", "50", "--slo", "p50:60s"],
      ...["--arrivals", "uniform", "--duration", "60", "--hold", "1", "--timeout", "60"],
      ...["--endpoint", "replay:paper_data", "--replay-speed", "100", "--out", folder, "--json"],
    ]);
    assert.is(code, 0, stderr);
    const { cells, held } = JSON.parse(stdout) as {
      cells: { rate: number }[];
      held: { runtime: string; highest: number | null; failsAt: number | null; undecided: number[] }[];
    };
    const [found] = held;
    assert.is(found!.runtime, "rund");
    // which rate is held depends on what else this machine does: a hundred times faster, 10 ms of it are a second
    const named = [found!.highest, found!.failsAt, ...found!.undecided].filter(rate => rate !== null);
    const offered = cells.map(({ rate }) => rate);
    assert.ok(named.length > 0 && named.every(rate => offered.includes(rate)), stdout);
  }));

test.run();
