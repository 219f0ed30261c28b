import * as assert from "uvu/assert";
import type { ArrivalsEvent, FitEvent, MemoryEvent } from "../../../src/campaign-files/index.js";
import { needs } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";

const { test, own } = suiteOnContainerd(
  ...(["open loops and ramps at full size", needs.runc, needs.crun, needs.runsc] as const),
);

test("at 20 starts per second for 60 s with crun, requests are sent within 5 ms of their scheduled time at p99, or the window is flagged `late`", async () => {
  const campaign = await measureOn(
    own.containerd.endpoint,
    [{ experiment: "arrivals", runtimes: ["crun"], rate: [20], duration: 60, hold: "2" }],
    { out: own.folder },
  );
  const window = readCampaign(campaign).events.find((event): event is ArrivalsEvent => event.event === "arrivals")!;
  const lateMs = window.samples.map(({ client, sentMs }) => sentMs - window.dueMs[client - 1]!).sort((a, b) => a - b);
  const p99 = lateMs[Math.ceil(0.99 * lateMs.length) - 1]!;
  console.log(
    `${lateMs.length} starts, p50 ${lateMs[lateMs.length >> 1]!.toFixed(2)} ms late, p99 ${p99.toFixed(2)} ms`,
  );
  assert.is(p99 > 5, window.flags.includes("late"), `${p99} ms, ${window.flags.join(", ")}`);
  assert.is(window.samples.length + window.refused.length, window.dueMs.length);
  await assertNothingLeft(own.containerd);
});

for (const [runtime, density] of [
  ["runc", 300],
  ["crun", 300],
  ["runsc", 150],
] as const) {
  test(`${runtime} at ${density}: a ramp's memory per sandbox agrees with the memory experiment within 3 %`, async () => {
    const campaign = await measureOn(
      own.containerd.endpoint,
      [
        { experiment: "fit", runtimes: [runtime], density: [density], step: 50 },
        { experiment: "memory", runtimes: [runtime], density: [density] },
      ],
      { out: own.folder },
    );
    const { events } = readCampaign(campaign);
    const ramp = events.find((event): event is FitEvent => event.event === "fit")!;
    const snapshot = events.find((event): event is MemoryEvent => event.event === "memory")!;
    assert.equal([ramp.fits, ramp.rule, snapshot.sandboxes], [density, "asked", density]);
    const inRamp = ramp.steps.at(-1)!.pssKiB / density;
    const inMemory = snapshot.components.reduce((sum, { pssKiB }) => sum + pssKiB, 0) / density;
    console.log(
      `${runtime} at ${density}: ${inRamp.toFixed(0)} KiB in the ramp, ${inMemory.toFixed(0)} in the memory experiment`,
    );
    assert.ok(Math.abs(inRamp / inMemory - 1) < 0.03, `${inRamp} for ${inMemory}`);
    await assertNothingLeft(own.containerd);
  });
}

test.run();
