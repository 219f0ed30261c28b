import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { labelNames } from "../../../src/measure/cri/labels.js";
import { watchLoop } from "../../../src/measure/round/loop-delay.js";
import { LabError } from "../../../src/model/errors.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, planOf } from "./campaigns.js";
import { FakeCri, type Start } from "./fake-cri.js";
import { VirtualClock } from "./virtual-clock.js";

const test = suite("the closed loop of the time experiment");
const run = "time_runc_01311200";

/** A service whose test sandboxes take what a table says, by round and client, both from 1; all else 5 ms. */
function scripted(table: Readonly<Record<string, Start>>): FakeCri {
  return new FakeCri(new VirtualClock(), ({ labels }) => {
    const key = `${labels[labelNames.round]}/${labels[labelNames.client]}`;
    return (labels[labelNames.role] === "test" ? table[key] : undefined) ?? { ms: 5 };
  });
}

test("a cold start ends when READY is first seen, not when the request is answered", () =>
  inTempFolder(async folder => {
    const cri = scripted({ "1/1": { ms: 80 } });
    cri.statusMs = 4;
    const { rounds, read } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [1], rounds: 1 }),
      fakeTools(cri),
    );
    const [sample] = rounds[0]!.samples;
    assert.equal(sample, { status: "ready", client: 1, sandbox: "id0002", sentMs: 0, answeredMs: 80, readyMs: 84 });
    assert.match(read(`${run}/con_001/client001.txt`), /^id0002 \d+ \d+ 84\n$/);
  }));

test("all clients are released at once, and the makespan is the last READY minus the first request", () =>
  inTempFolder(async folder => {
    const cri = scripted({ "1/1": { ms: 50 }, "1/2": { ms: 90 }, "1/3": { ms: 70 } });
    const { rounds, read } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [3], rounds: 1 }),
      fakeTools(cri),
    );
    assert.is(rounds[0]!.makespanMs, 91);
    assert.is(rounds[0]!.startSkewMs, 0);
    const ends = [1, 2, 3].map(client =>
      read(`${run}/con_003/client00${client}.txt`).trim().split(" ").slice(1).map(Number),
    );
    const start = ends[0]![0]!;
    assert.equal(ends, [
      [start, start + 51, 51],
      [start, start + 91, 91],
      [start, start + 71, 71],
    ]);
    assert.is(read(`${run}/con_003/latency.txt`), "71\n");
  }));

test("a round with a failed cold start is kept in the journal with the reason, but not in the logs; the next round is line 1", () =>
  inTempFolder(async folder => {
    const cri = scripted({ "1/2": { ms: 30, fails: "other" }, "2/1": { ms: 20 }, "2/2": { ms: 25 } });
    const { rounds, read } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [2], rounds: 2 }),
      fakeTools(cri),
    );
    assert.is(rounds[0]!.makespanMs, null);
    assert.ok(rounds[0]!.flags.includes("partial"));
    const failed = rounds[0]!.samples[1]!;
    assert.equal(failed.status === "failed" && [failed.reason, failed.endedMs], ["other", 30]);
    assert.match(read(`${run}/con_002/client002.txt`), /^\S+ \d+ \d+ 26\n$/);
    assert.is(read(`${run}/con_002/cpu.txt`).split("\n").length, 2);
    const csv = read("samples.csv").trim().split("\n");
    assert.is(csv.length, 5);
    assert.match(
      csv[2]!,
      new RegExp(`^${run},time,runc,0,2,1,1,0,2,failed,\\d+\\.\\d{3},30\\.000,other,sandbox(,){9}$`),
    );
  }));

test("a cold start beyond the deadline is a timeout, a censored value, and its sandbox is still removed", () =>
  inTempFolder(async folder => {
    const cri = scripted({ "1/1": { ms: 5000 } });
    const plan = planOf({ experiment: "time", concurrency: [1], rounds: 1, timeout: 2 });
    const { rounds, error } = await campaignIn(folder, plan, fakeTools(cri));
    const sample = rounds[0]!.samples[0]!;
    assert.equal(sample.status === "timeout" && [sample.reason, sample.endedMs, sample.sandbox], [
      "timeout",
      2000,
      null,
    ]);
    assert.is(error, undefined);
  }));

test("a sandbox that never becomes ready is a timeout, and a sandbox that vanishes is a failure", () =>
  inTempFolder(async folder => {
    const cri = scripted({ "1/1": { ms: 10, state: "SANDBOX_NOTREADY" }, "1/2": { ms: 10, vanishes: true } });
    const plan = planOf({ experiment: "time", concurrency: [2], rounds: 1, timeout: 1 });
    const { rounds } = await campaignIn(folder, plan, fakeTools(cri));
    assert.equal(
      rounds[0]!.samples.map(sample => [sample.status, sample.status === "ready" ? "" : sample.reason]),
      [
        ["timeout", "not-ready"],
        ["failed", "vanished"],
      ],
    );
    assert.is(cri.sandboxes.size, 0);
  }));

test("warm-up rounds are marked in the events and left out of the tables", () =>
  inTempFolder(async folder => {
    const cri = scripted({});
    const plan = planOf({ experiment: "time", concurrency: [1], rounds: 2, warmup: 1 });
    const { rounds, read } = await campaignIn(folder, plan, fakeTools(cri));
    assert.equal(
      rounds.map(({ warmup, round }) => [warmup, round]),
      [
        [true, 1],
        [false, 1],
        [false, 2],
      ],
    );
    assert.is(read(`${run}/con_001/client001.txt`).trim().split("\n").length, 2);
    assert.equal(
      cri.requests.map(({ labels }) => labels[labelNames.role]),
      ["prewarm", "warmup", "test", "test"],
    );
  }));

test("no name is used twice, and every sandbox has the campaign's label", () =>
  inTempFolder(async folder => {
    const cri = scripted({});
    await campaignIn(folder, planOf({ experiment: "time", concurrency: [1, 2], rounds: 2 }), fakeTools(cri));
    const names = cri.requests.map(({ name, uid, namespace }) => `${namespace}/${name}/${uid}`);
    assert.is(new Set(names).size, names.length);
    const labels = new Set(cri.requests.map(each => each.labels[labelNames.campaign]));
    assert.is(labels.size, 1);
    assert.match([...labels][0]!, /^campaign-[0-9a-f]{8}$/);
  }));

test("a step of the wall clock above 1 ms flags the round, and a smaller one does not; neither changes durations", () =>
  inTempFolder(async folder => {
    const clock = new VirtualClock();
    const cri = new FakeCri(clock, ({ labels }) => {
      if (labels[labelNames.role] === "test") clock.wallAheadMs += labels[labelNames.round] === "1" ? 0.9 : 30;
      return { ms: 40 };
    });
    const { rounds } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [1], rounds: 2 }),
      fakeTools(cri),
    );
    assert.equal(
      rounds.map(({ makespanMs }) => makespanMs),
      [41, 41],
    );
    assert.equal(
      rounds.map(({ clockStepMs }) => clockStepMs),
      [0.9, 30],
    );
    assert.equal(
      rounds.map(({ flags }) => flags.includes("clock-step")),
      [false, true],
    );
  }));

test("a delayed harness flags the round, from its first moment to its last", async () => {
  for (const client of [1, 5]) {
    await inTempFolder(async folder => {
      const cri = new FakeCri(new VirtualClock(), ({ labels }) => {
        const held = labels[labelNames.role] === "test" && labels[labelNames.client] === `${client}`;
        const until = performance.now() + (held ? 60 : 0);
        while (performance.now() < until);
        return { ms: 100 };
      });
      const plan = planOf({ experiment: "time", concurrency: [5], rounds: 1 });
      const { rounds } = await campaignIn(folder, plan, fakeTools(cri, { watchLoop }));
      const { loopDelayMs, flags } = rounds[0]!;
      assert.ok(loopDelayMs >= 50, `client ${client}: ${loopDelayMs} ms`);
      assert.ok(flags.includes("loop-delay"));
    });
  }
});

test("CPU is three numbers: the host's, without the idle baseline, and without the harness", () =>
  inTempFolder(async folder => {
    const cri = scripted({ "1/1": { ms: 1999 } });
    const { clock } = cri;
    // 40 % of the time one CPU of two is busy by itself; the cold start adds 60 ticks in its second second
    const cpu = () => {
      const busy = Math.round(clock.nowMs * 0.04) + (clock.nowMs > 1500 ? 60 : 0);
      return { ticks: { busy, total: Math.round(clock.nowMs * 0.2), iowait: 0, steal: 0 }, harnessUs: clock.nowMs * 3 };
    };
    const host = { ...fakeTools(cri).host, cpu };
    const timing = { quietLimitMs: 0, idleMs: 500, settleMs: 1000 };
    const plan = planOf({ experiment: "time", concurrency: [1], rounds: 1 });
    const { rounds, read } = await campaignIn(folder, plan, fakeTools(cri, { host, timing }));
    const { cpu: measured } = rounds[0]!;
    // two seconds: 80 ticks by itself and 60 of the cold start; the idle window saw 20 ticks in 500 ms
    assert.equal([measured.busy, measured.total, measured.busyMs], [140, 400, 1400]);
    assert.equal(measured.idle, { busy: 20, total: 100, iowait: 0, steal: 0, ms: 500 });
    assert.is(measured.lessIdleMs, 600);
    assert.is(measured.harnessMs, 6);
    assert.is(measured.lessHarnessMs, 594);
    assert.is(measured.settle.ms, 1000);
    assert.is(read(`${run}/con_001/cpu.txt`), "140 400 35\n");
    assert.not.ok(rounds[0]!.flags.includes("cpu-quantised"));
  }));

test("fewer than 50 busy ticks are flagged as quantised", () =>
  inTempFolder(async folder => {
    const { rounds } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [1], rounds: 1 }),
      fakeTools(scripted({})),
    );
    assert.ok(rounds[0]!.flags.includes("cpu-quantised"));
  }));

test("the round waits for a busy host up to the limit, and is then flagged", () =>
  inTempFolder(async folder => {
    const cri = scripted({});
    const busy = (share: number) => () => {
      const total = Math.round(cri.clock.nowMs / 5);
      return { ticks: { busy: Math.round(total * share), total, iowait: 0, steal: 0 }, harnessUs: 0 };
    };
    const timing = { quietLimitMs: 1000, idleMs: 0, settleMs: 0 };
    const quiet = [];
    for (const share of [0.05, 0.5]) {
      const host = { ...fakeTools(cri).host, cpu: busy(share) };
      const plan = planOf({ experiment: "time", concurrency: [1], rounds: 1 });
      const path = join(folder, String(share));
      mkdirSync(path);
      const { rounds } = await campaignIn(path, plan, fakeTools(cri, { host, timing }));
      quiet.push([rounds[0]!.quiet, rounds[0]!.flags.includes("not-quiet")]);
    }
    assert.equal(quiet, [
      [{ ms: 200, reached: true }, false],
      [{ ms: 1000, reached: false }, true],
    ]);
  }));

test("clean-up removes only sandboxes of this campaign", () =>
  inTempFolder(async folder => {
    const cri = scripted({});
    const labels = { [labelNames.campaign]: "campaign-00000000-other", [labelNames.role]: "test" };
    for (const [id, namespace] of [
      ["other1", "rund-lab"],
      ["other2", "density-rund-lab"],
    ] as const) {
      cri.sandboxes.set(id, { id, name: id, uid: id, namespace, handler: "runc", labels, state: "SANDBOX_READY" });
    }
    await campaignIn(folder, planOf({ experiment: "time", concurrency: [5], rounds: 2 }), fakeTools(cri));
    assert.equal([...cri.sandboxes.keys()], ["other1", "other2"]);
  }));

test("a sandbox that cannot be removed ends the campaign with its id, and the round is kept", () =>
  inTempFolder(async folder => {
    const cri = scripted({});
    cri.stuck.add("id0002");
    const { error, rounds, read } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [1], rounds: 2 }),
      fakeTools(cri),
    );
    assert.ok(error instanceof LabError);
    assert.is(error.code, "RUND_LEFTOVERS");
    assert.match(error.message, /id0002.*device or resource busy/);
    assert.is(rounds.length, 1);
    assert.is(JSON.parse(read("run.json")).status, "failed");
  }));

test("a service that stops answering ends the campaign, and the current round is not recorded", () =>
  inTempFolder(async folder => {
    const cri = new FakeCri(new VirtualClock(), ({ labels }) => {
      if (labels[labelNames.role] === "test" && labels[labelNames.round] === "2") cri.gone = true;
      return { ms: 10 };
    });
    const { error, rounds } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [2], rounds: 3 }),
      fakeTools(cri),
    );
    assert.ok(error instanceof LabError);
    assert.is(error.code, "RUND_SERVICE_LOST");
    assert.match(error.hint ?? "", /run --resume/);
    assert.is(rounds.length, 1);
  }));

test("a connection that breaks and recovers is an ordinary failed cold start", () =>
  inTempFolder(async folder => {
    const cri = scripted({ "1/1": { ms: 10, fails: "unavailable" } });
    const { error, rounds } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [2], rounds: 2 }),
      fakeTools(cri),
    );
    assert.is(error, undefined);
    assert.equal(
      rounds.map(({ makespanMs }) => makespanMs),
      [null, 6],
    );
  }));

test("the prepare command runs before each round and is recorded", () =>
  inTempFolder(async folder => {
    const asked: string[] = [];
    const runCommand = async (command: string) => {
      asked.push(command);
      return { ms: 7, exitCode: 3 };
    };
    const plan = planOf({ experiment: "time", concurrency: [1], rounds: 2, prepare: "sync" });
    const { rounds } = await campaignIn(folder, plan, fakeTools(scripted({}), { runCommand }));
    assert.equal(asked, ["sync", "sync"]);
    assert.equal(
      rounds.map(({ prepare }) => prepare),
      [
        { ms: 7, exitCode: 3 },
        { ms: 7, exitCode: 3 },
      ],
    );
  }));

test("an interruption in the middle of a round cleans up and leaves the round out", () =>
  inTempFolder(async folder => {
    const controller = new AbortController();
    const cri = new FakeCri(new VirtualClock(), ({ labels }) => {
      if (labels[labelNames.role] === "test" && labels[labelNames.client] === "3") controller.abort();
      return { ms: 50 };
    });
    const { error, rounds, read } = await campaignIn(
      folder,
      planOf({ experiment: "time", concurrency: [3], rounds: 2 }),
      fakeTools(cri),
      controller.signal,
    );
    assert.ok(error instanceof LabError);
    assert.equal([error.code, error.exitCode], ["RUND_INTERRUPTED", 130]);
    assert.equal([rounds.length, cri.sandboxes.size], [0, 0]);
    assert.is(JSON.parse(read("run.json")).status, "interrupted");
    assert.not.ok(existsSync(join(folder, run, "con_003")));
  }));

test.run();
