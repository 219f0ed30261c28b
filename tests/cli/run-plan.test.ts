import { readdirSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("rund-lab run --plan");
const rehearsal = ["--endpoint", "replay:paper_data", "--replay-speed", "100"];

test("--plan --json contains the needs of a campaign, and measures nothing", () =>
  inTempFolder(async cwd => {
    const words = [
      "run",
      "time",
      "--runtime",
      "kata,katafc",
      "--concurrency",
      "1,10",
      "--rounds",
      "4",
      "--blocks",
      "2",
    ];
    const { code, stdout } = await lab([...words, ...rehearsal, "--plan", "--json"], { cwd });
    assert.is(code, 0);
    const plan = JSON.parse(stdout);
    assert.equal(Object.keys(plan).slice(0, 7), [
      "cells",
      "sandboxes",
      "expectedSeconds",
      "needs",
      "fits",
      "why",
      "confounds",
    ]);
    // four rounds of 11 clients for each of two runtimes, and a prewarm for each visit
    assert.equal([plan.cells, plan.sandboxes, plan.fits, plan.why], [4, 4 * 11 * 2 + 8, true, []]);
    assert.equal(Object.keys(plan.needs), ["memoryMiB", "committedMiB", "pids", "sandboxes"]);
    assert.match(plan.confounds[0], /snapshotters differ/);
    assert.equal(readdirSync(cwd), []);
  }));

test("--plan prints the needs of a campaign as text", async () => {
  const { stdout } = await lab([
    "run",
    "density",
    "--runtime",
    "rund",
    "--density",
    "100",
    "--concurrency",
    "1,10",
    ...rehearsal,
    "--plan",
  ]);
  assert.match(stdout, /^density: rund × density 100 × concurrency 1 10\n/);
  assert.match(stdout, /cells 2, sandboxes \d+\nexpected \d+ s\nneeds about \d+ MiB of memory and \d+ pids/);
  // 110 guests of 168 MB and 40 for the VMM of each
  assert.match(stdout, /guests that use all of their memory need 22880 MiB/);
});

test("--plan prints the limits of an open loop, and their reason", async () => {
  const words = ["run", "arrivals", "--runtime", "rund", "--rate", "2", "--duration", "10", "--plan"];
  const endpoint = rehearsal;
  const usual = await lab([...words, ...endpoint]);
  assert.match(usual.stdout, "rund: at most 1000 starts in flight and 2000 sandboxes alive (the default)");
  const own = await lab([...words, ...endpoint, "--in-flight", "7", "--alive", "50", "--json"]);
  assert.equal(JSON.parse(own.stdout).limits, [{ runtime: "rund", inFlight: 7, alive: 50, by: "--alive" }]);
});

test("--plan --shell prints a script with the changes to the machine, and the steps before each round and snapshot", async () => {
  const plan = ["--runtime", "katatemplate", "--plan", "--shell"];
  const { code, stdout } = await lab(["run", "memory", "--memory", "256", ...plan]);
  assert.is(code, 0);
  assert.match(stdout, /^#!\/bin\/sh\nset -eu\n/);
  assert.match(
    stdout,
    /## memory: before each snapshot of katatemplate at 256 MB\n\n(# .*\n)*# .*default_memory = 496/,
  );
  assert.match(stdout, /factory init/);
  const time = await lab(["run", "time", "--prepare", "sync; true", ...plan, "--json"]);
  assert.match(
    JSON.parse(time.stdout).script,
    "## time: before each round of katatemplate\n\nsh -c 'sync; true' || true\n",
  );
  const rehearsed = await lab(["run", "time", ...plan, ...rehearsal]);
  assert.is(rehearsed.stdout, "#!/bin/sh\nset -eu\n\n## a rehearsal\n\n# nothing to do\n");
});

test.run();
