import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { overhead, runtimeClassYaml } from "../../../src/analysis/capacity/index.js";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { rateResults } from "../../../src/analysis/rates/index.js";
import type { ArrivalsEvent, FitEvent, MemoryEvent } from "../../../src/campaign-files/index.js";
import { needs } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";

const { test, own } = suiteOnContainerd("open loops and ramps on a real containerd", needs.crun);

test("an open loop records every arrival once, in order, with latency from its scheduled time, and leaves nothing behind", async () => {
  const campaign = await measureOn(
    own.containerd.endpoint,
    [{ experiment: "arrivals", runtimes: ["crun"], arrivals: "uniform", rate: [4], duration: 3, hold: "0.5" }],
    { out: own.folder },
  );
  const window = readCampaign(campaign).events.find((event): event is ArrivalsEvent => event.event === "arrivals")!;
  assert.equal(
    window.dueMs,
    Array.from({ length: 12 }, (_, n) => n * 250),
  );
  assert.is(window.samples.filter(({ status }) => status === "ready").length, 12);
  assert.is(window.removals.filter(({ failure }) => failure === null).length, 12);
  // arrivals.csv read by hand: a header and a line for each arrival, latency = end − due
  const [header = "", ...lines] = readFileSync(join(campaign, "arrivals.csv"), "utf8").trimEnd().split("\n");
  assert.is(lines.length, 12);
  const at = (line: string, column: string) => Number(line.split(",")[header.split(",").indexOf(column)]);
  for (const line of lines) {
    assert.ok(Math.abs(at(line, "end_ms") - at(line, "due_ms") - at(line, "latency_ms")) < 0.01, line);
    assert.ok(at(line, "sent_ms") - at(line, "due_ms") > -0.06, line);
  }
  const [result] = rateResults((await loadDataset(campaign)).arrivals ?? [], null);
  assert.equal([result!.rate, result!.arrivals, result!.refused, result!.failed], [4, 12, 0, 0]);
  await assertNothingLeft(own.containerd);
});

test("a ramp ends at the requested density, its memory agrees with the memory experiment, and it yields a RuntimeClass", async () => {
  const campaign = await measureOn(
    own.containerd.endpoint,
    [
      { experiment: "fit", runtimes: ["crun"], density: [20], step: 10 },
      { experiment: "memory", runtimes: ["crun"], density: [20] },
    ],
    { out: own.folder },
  );
  const { events } = readCampaign(campaign);
  const ramp = events.find((event): event is FitEvent => event.event === "fit")!;
  const snapshot = events.find((event): event is MemoryEvent => event.event === "memory")!;
  assert.equal([ramp.fits, ramp.rule, ramp.steps.map(({ density }) => density)], [20, "asked", [10, 20]]);
  const pss = snapshot.components.reduce((sum, { pssKiB }) => sum + pssKiB, 0);
  assert.ok(Math.abs(ramp.steps.at(-1)!.pssKiB / pss - 1) < 0.1, `${ramp.steps.at(-1)!.pssKiB} for ${pss}`);
  const found = overhead(await loadDataset(campaign), "crun");
  assert.equal([found.handler, found.density, found.n], ["crun", 20, 2]);
  assert.match(runtimeClassYaml(found, 0.1), /^handler: crun\noverhead:\n {2}podFixed:\n {4}memory: \d+Mi$/m);
  await assertNothingLeft(own.containerd);
});

test.run();
