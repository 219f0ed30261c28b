import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { clearKilled } from "../../../src/measure/campaign/clear-killed.js";
import { microTools } from "../../../src/measure/micro/micro-tools.js";
import { ownersFolder } from "../../../src/measure/micro/owner.js";
import { restoreScores, spareFromOom } from "../../../src/measure/system/oom-protection.js";
import { bootId, identify } from "../../../src/measure/system/process-identity.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suiteNeeding("scores of the OOM killer", needs.root);

let sleeper: ChildProcess;
test.before.each(() => {
  sleeper = spawn("sleep", ["60"], { stdio: "ignore" });
});
test.after.each(async () => {
  sleeper.kill("SIGKILL");
  await once(sleeper, "exit");
});

const score = () => Number(readFileSync(`/proc/${sleeper.pid}/oom_score_adj`, "utf8"));

test("a process is noted before its score is changed, and its score is restored afterwards", () => {
  const before = score();
  const noted: (readonly [pid: number, scoreBefore: string, scoreThen: number])[] = [];
  const restore = spareFromOom([sleeper.pid!], processes => {
    for (const { pid, scoreBefore } of processes) noted.push([pid, scoreBefore, score()]);
  });
  assert.equal(noted, [[sleeper.pid!, String(before), before]]);
  restore();
  assert.is(score(), before);
});

test("a process that has got the pid of a noted one keeps its score", () => {
  const identity = identify(sleeper.pid!)!;
  const before = score();
  restoreScores([{ ...identity, startTicks: identity.startTicks + 1, scoreBefore: "700" }]);
  assert.is(score(), before);
});

test("env restore restores the score that a killed ramp has noted", () =>
  inTempFolder(async folder => {
    const dead = { pid: 2 ** 22, startTicks: 1, bootId: bootId() };
    const spared = [{ ...identify(sleeper.pid!)!, scoreBefore: "600" }];
    writeFiles(folder, { "x-fit.json": JSON.stringify({ campaign: "x-fit", socket: "", process: dead, spared }) });
    assert.equal(await clearKilled(() => {}, folder), [{ campaign: "x-fit", sandboxes: 0 }]);
    assert.is(score(), 600);
    assert.not(existsSync(join(folder, "x-fit.json")));
  }));

test("a resumed campaign restores the score before it measures, and deletes the note", async () => {
  const label = `oom-test-${process.pid}`;
  microTools(label, "").noteSpared([{ ...identify(sleeper.pid!)!, scoreBefore: "650" }]);
  await microTools(label, "").clear();
  assert.is(score(), 650);
  assert.not(existsSync(join(ownersFolder, `${label}.json`)));
});

test.run();
