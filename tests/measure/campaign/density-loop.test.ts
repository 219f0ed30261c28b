import { suite } from "uvu";
import * as assert from "uvu/assert";
import { labelNames } from "../../../src/measure/cri/labels.js";
import { LabError } from "../../../src/model/errors.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, planOf } from "./campaigns.js";
import { FakeCri } from "./fake-cri.js";
import { VirtualClock } from "./virtual-clock.js";

const test = suite("the density experiment");
const role = (sandbox: { readonly labels: Readonly<Record<string, string>> }) => sandbox.labels[labelNames.role];

/** A service on which one background sandbox dies while round `at` runs. */
function losingOne(at: number): FakeCri {
  const cri: FakeCri = new FakeCri(new VirtualClock(), sandbox => {
    if (role(sandbox) === "test" && sandbox.labels[labelNames.round] === String(at)) {
      cri.kill([...cri.sandboxes.values()].find(each => role(each) === "background")!.id);
    }
    return { ms: 10 };
  });
  return cri;
}

test("the background sandboxes are counted before and after each round, and keep running between rounds", () =>
  inTempFolder(async folder => {
    const cri = new FakeCri(new VirtualClock(), () => ({ ms: 10 }));
    const plan = planOf({ experiment: "density", density: [20], concurrency: [1, 4], rounds: 2 });
    const { rounds, read } = await campaignIn(folder, plan, fakeTools(cri));
    assert.equal(
      rounds.map(({ background }) => background),
      Array(4).fill({ before: 20, after: 20, topUps: 0 }),
    );
    assert.is(cri.requests.filter(sandbox => role(sandbox) === "background").length, 20);
    assert.is(read("density_runc_01311200/density_0020/con_004/client004.txt").trim().split("\n").length, 2);
    assert.is(cri.sandboxes.size, 0);
  }));

test("a background sandbox that dies makes the round partial; it is replaced before the next, which is flagged", () =>
  inTempFolder(async folder => {
    const plan = planOf({ experiment: "density", density: [20], concurrency: [2], rounds: 3 });
    const { rounds, events, read, error } = await campaignIn(folder, plan, fakeTools(losingOne(1)));
    assert.is(error, undefined);
    assert.equal(
      rounds.map(({ background }) => background),
      [
        { before: 20, after: 19, topUps: 0 },
        { before: 20, after: 20, topUps: 1 },
        { before: 20, after: 20, topUps: 0 },
      ],
    );
    assert.equal(
      rounds.map(({ makespanMs }) => makespanMs),
      [null, 11, 11],
    );
    const flags = rounds.map(round => round.flags.filter(flag => flag !== "cpu-quantised"));
    assert.equal(flags, [["partial", "background-died"], ["topped-up"], []]);
    assert.is(read("density_runc_01311200/density_0020/con_002/client001.txt").trim().split("\n").length, 2);
    const topUps = events.flatMap(event => (event.event === "background" && event.topUp ? [event.started] : []));
    assert.equal(topUps, [1]);
  }));

test("background sandboxes that cannot be started are an error with the reason, and nothing is left behind", () =>
  inTempFolder(async folder => {
    let count = 0;
    const cri = new FakeCri(new VirtualClock(), () => (++count > 15 ? { ms: 1, fails: "other" } : { ms: 1 }));
    const plan = planOf({ experiment: "density", density: [20], concurrency: [1], rounds: 1 });
    const { error } = await campaignIn(folder, plan, fakeTools(cri));
    assert.ok(error instanceof LabError);
    assert.match(error.message, /expected 20 sandboxes ready, found 15 \(fake: it is other\)/);
    assert.is(cri.sandboxes.size, 0);
  }));

test("pages swapped in and tasks that wait for memory flag the round", () =>
  inTempFolder(async folder => {
    const cri = new FakeCri(new VirtualClock(), () => ({ ms: 10 }));
    let reading = 0;
    // two readings a round: in the first nothing happens, in the second 3 pages come in, in the third tasks wait
    const swapIn = [5, 5, 5, 8, 8, 8];
    const stallUs = [0, 0, 0, 0, 0, 9];
    const pressure = () => ({ swapIn: swapIn[reading]!, stallUs: stallUs[reading++]! });
    const host = { ...fakeTools(cri).host, pressure };
    const plan = planOf({ experiment: "density", density: [1], concurrency: [1], rounds: 3 });
    const { rounds } = await campaignIn(folder, plan, fakeTools(cri, { host }));
    const flags = rounds.map(round => round.flags.filter(flag => flag !== "cpu-quantised"));
    assert.equal(flags, [[], ["swap-in"], ["memory-pressure"]]);
    assert.equal(
      rounds.map(({ swapIn }) => swapIn),
      [0, 3, 0],
    );
  }));

test("a round that waited for a disk for more than a fifth of its time is flagged, with the share", () =>
  inTempFolder(async folder => {
    const clock = new VirtualClock();
    const cri = new FakeCri(clock, () => ({ ms: 100 }));
    let reading = 0;
    // of a round of 100 ms tasks wait 0, 15 and 60 ms for the disk; two readings a round
    const diskStallUs = [0, 0, 0, 15_000, 15_000, 75_000];
    const pressure = () => ({ swapIn: 0, stallUs: 0, diskStallUs: diskStallUs[reading++]! });
    const tools = fakeTools(cri);
    const plan = planOf({ experiment: "density", density: [1], concurrency: [1], rounds: 3 });
    const { rounds } = await campaignIn(folder, plan, { ...tools, host: { ...tools.host, pressure } });
    assert.equal(
      rounds.map(({ flags }) => flags.includes("disk")),
      [false, false, true],
    );
    const [none, some, most] = rounds.map(({ diskShare }) => diskShare!);
    assert.ok(none === 0 && Math.abs(some! - 0.15) < 0.02 && Math.abs(most! - 0.6) < 0.06, `${some} ${most}`);
  }));

test("neighbouring cells share the same background sandboxes, and a different background starts from an empty machine", () =>
  inTempFolder(async folder => {
    const cri = new FakeCri(new VirtualClock(), () => ({ ms: 10 }));
    const plan = planOf({
      experiment: "density",
      runtimes: ["runc", "crun"],
      density: [5, 8],
      concurrency: [1, 2],
      rounds: 2,
      blocks: 2,
      order: "shuffled",
    });
    const { events } = await campaignIn(folder, plan, fakeTools(cri));
    const brought = events.flatMap(event =>
      event.event === "background" ? [`${event.runtime} ${event.started}`] : [],
    );
    assert.is(brought.length, 8);
    assert.equal([...brought].sort(), ["crun 5", "crun 5", "crun 8", "crun 8", "runc 5", "runc 5", "runc 8", "runc 8"]);
  }));

test.run();
