import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as assert from "uvu/assert";
import { median } from "../../../src/analysis/stats/index.js";
import type { ReadySample } from "../../../src/campaign-files/index.js";
import { retryMs } from "../../../src/measure/workload/response.js";
import { needs, program } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";

const { test, own } = suiteOnContainerd(
  "the first answer beside curl",
  ...[needs.runc, program("busybox"), program("curl"), program("bash")],
);

const port = 18_480;

/**
 * A loop of requests by curl, as many a second as the harness makes. Each line is the real time, in seconds since 1970, at
 * which bash read of a 2xx answer after a refusal: the moment at which a process has begun to answer.
 */
const loop = `
  LC_ALL=C; before=000
  curl -s --rate ${1000 / retryMs}/s -o /dev/null -w '%{stderr}%{http_code}\\n' "http://127.0.0.1:${port}/?[1-1000000]" 2>&1 |
  while read -r code; do
    [ "$code" = 200 ] && [ "$before" = 000 ] && echo "$EPOCHREALTIME"
    before=$code
  done`;

test("the harness and a plain loop of curl see the first answer within the retry interval of each other", async () => {
  const seen: number[] = [];
  const curl = spawn("bash", ["-c", loop], { stdio: ["ignore", "pipe", "inherit"], detached: true });
  createInterface(curl.stdout).on("line", line => seen.push(Number(line) * 1000));
  const ended = new Promise(resolve => curl.once("exit", resolve));
  try {
    const path = await measureOn(
      own.containerd.endpoint,
      [{ experiment: "time", runtimes: ["runc"], concurrency: [1], rounds: 9, blocks: 1, until: "response", port }],
      { out: own.folder },
      // the process must still answer when curl tries again
      { timing: { quietLimitMs: 0, idleMs: 50, settleMs: 300 } },
    );
    const { rounds } = readCampaign(path);
    const differences = rounds.map(({ samples, releasedMs }) => {
      const respondedMs = releasedMs + (samples[0] as ReadySample).respondedMs!;
      return seen
        .map(each => Math.abs(each - respondedMs))
        .reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
    });
    assert.is(rounds.length, 9);
    // one for each round, and one for the sandbox before them
    assert.is(seen.length, 10);
    assert.ok(median(differences) <= retryMs, differences.map(each => each.toFixed(2)).join(" "));
  } finally {
    process.kill(-curl.pid!, "SIGKILL");
    await ended;
  }
  await assertNothingLeft(own.containerd);
});

test.run();
