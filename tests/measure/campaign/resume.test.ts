import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { labelNames } from "../../../src/measure/cri/labels.js";
import { CampaignFolder, makeCampaignFolder } from "../../../src/measure/record/campaign-folder.js";
import { shuffled } from "../../../src/measure/shuffle.js";
import { LabError } from "../../../src/model/errors.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, planOf, readCampaign } from "./campaigns.js";
import { FakeCri } from "./fake-cri.js";
import { VirtualClock } from "./virtual-clock.js";

const test = suite("a campaign that stops and goes on");
const plan = planOf({
  experiment: "time",
  runtimes: ["runc", "crun"],
  concurrency: [1, 3],
  rounds: 5,
  blocks: 2,
  order: "shuffled",
});
const cells = ["runc/1", "runc/3", "crun/1", "crun/3"];

/** A service that dies at its n-th RunPodSandbox, as a process does that is killed: nothing answers any more. */
const dying = (at: number): FakeCri => {
  let count = 0;
  const cri: FakeCri = new FakeCri(new VirtualClock(), () => {
    if (++count === at) cri.gone = true;
    return { ms: 10 };
  });
  return cri;
};

/** Every cell's rounds, each once and in the logs too. */
function assertComplete(folder: string): void {
  const { rounds, read } = readCampaign(folder);
  const found = rounds.map(({ runtime, concurrency, round }) => `${runtime}/${concurrency}/${round}`).sort();
  assert.equal(found, cells.flatMap(cell => [1, 2, 3, 4, 5].map(round => `${cell}/${round}`)).sort());
  for (const { run, concurrency } of rounds) {
    for (let client = 1; client <= concurrency; client++) {
      const file = `${run}/con_00${concurrency}/client00${client}.txt`;
      const lines = read(file).trim().split("\n");
      const expected = rounds.flatMap(round =>
        round.run === run && round.concurrency === concurrency && round.samples[client - 1]!.status === "ready"
          ? [round.samples[client - 1]!.sandbox]
          : [],
      );
      assert.equal(
        lines.map(line => line.split(" ")[0]),
        expected,
      );
    }
  }
  assert.is(read("samples.csv").trim().split("\n").length, 1 + 5 * (1 + 3 + 1 + 3));
}

test("after the service died at any moment, the campaign continues at the missing round, and nothing is measured twice", async () => {
  for (const at of [1, 2, 3, 7, 12, 20, 31, 44, 48]) {
    await inTempFolder(async folder => {
      const cri = dying(at);
      const first = await campaignIn(folder, plan, fakeTools(cri));
      assert.ok(first.error instanceof LabError && first.error.code === "RUND_SERVICE_LOST", `at ${at}`);
      const before = readCampaign(folder).rounds.length;
      cri.gone = false;
      const second = await campaignIn(folder, plan, fakeTools(cri), undefined, true);
      assert.is(second.error, undefined);
      assert.is(cri.sandboxes.size, 0);
      const sessions = second.events.filter(event => event.event === "session");
      assert.equal(
        sessions.map(event => event.resumed),
        [false, true],
      );
      assert.ok(before < second.rounds.length);
      assertComplete(folder);
    });
  }
});

test("a journal truncated anywhere loses only the truncated line, and the logs are made to agree with it", async () => {
  await inTempFolder(async folder => {
    await campaignIn(folder, plan, fakeTools(dying(0)));
    const whole = readFileSync(join(folder, "events.ndjson"));
    const places = shuffled(
      Array.from({ length: whole.length }, (_, index) => index),
      "cuts",
    ).slice(0, 12);
    for (const place of places) {
      writeFileSync(join(folder, "events.ndjson"), whole.subarray(0, place));
      const { error } = await campaignIn(folder, plan, fakeTools(dying(0)), undefined, true);
      assert.is(error, undefined);
      assertComplete(folder);
    }
  });
});

test("logs that a crash left incomplete or too long are rewritten from the journal", () =>
  inTempFolder(async folder => {
    const { rounds } = await campaignIn(folder, plan, fakeTools(dying(0)));
    const { run } = rounds[0]!;
    truncateSync(join(folder, run, "con_003", "client002.txt"), 10);
    appendFileSync(join(folder, run, "con_003", "client003.txt"), "half a line");
    rmSync(join(folder, run, "con_001", "cpu.txt"));
    CampaignFolder.open(folder).close();
    assertComplete(folder);
    assert.is(
      readFileSync(join(folder, run, "con_001", "cpu.txt"), "utf8")
        .trim()
        .split("\n").length,
      5,
    );
  }));

test("a journal damaged before its end is refused, not repaired", () =>
  inTempFolder(async folder => {
    await campaignIn(folder, plan, fakeTools(dying(0)));
    const file = join(folder, "events.ndjson");
    const lines = readFileSync(file, "utf8").split("\n");
    lines[3] = lines[3]!.slice(0, 20);
    writeFileSync(file, lines.join("\n"));
    assert.throws(() => CampaignFolder.open(folder), /events\.ndjson:4: the campaign's journal is damaged/);
  }));

test("the sandboxes of a killed session are removed before the next session begins, and no others", () =>
  inTempFolder(async folder => {
    const cri = dying(20);
    await campaignIn(folder, plan, fakeTools(cri));
    const left = cri.sandboxes.size;
    assert.ok(left > 0);
    const labels = { [labelNames.campaign]: "another", [labelNames.role]: "test" };
    cri.sandboxes.set("x", { ...[...cri.sandboxes.values()][0]!, id: "x", labels });
    cri.gone = false;
    const { events } = await campaignIn(folder, plan, fakeTools(cri), undefined, true);
    assert.equal([...cri.sandboxes.keys()], ["x"]);
    const sessions = events.flatMap(event => (event.event === "session" ? [event.leftovers] : []));
    assert.equal(sessions, [0, left]);
  }));

test("a run is not resumed with different software", () =>
  inTempFolder(async folder => {
    const cri = dying(20);
    const described = (containerd: string) => ({
      ...fakeTools(cri).preparation,
      describe: async () => ({
        versions: { kernel: "6.1", containerd, crictl: null, kata: null, vmm: null },
        template: null,
        config: {},
        files: {},
      }),
    });
    await campaignIn(folder, plan, fakeTools(cri, { preparation: described("1.6.20") }));
    cri.gone = false;
    const { error } = await campaignIn(
      folder,
      plan,
      fakeTools(cri, { preparation: described("2.0.0") }),
      undefined,
      true,
    );
    assert.ok(error instanceof LabError);
    assert.is(error.code, "RUND_RESUME_VERSIONS");
    assert.match(error.message, /expected 1\.6\.20, found 2\.0\.0/);
  }));

test("the machine is restored however the campaign ends", async () => {
  for (const at of [0, 20]) {
    await inTempFolder(async folder => {
      const cri = dying(at);
      const calls: string[] = [];
      const preparation = {
        ...fakeTools(cri).preparation,
        prepare: async () => void calls.push("prepare"),
        restore: async () => void calls.push("restore"),
      };
      await campaignIn(folder, plan, fakeTools(cri, { preparation }));
      assert.is(calls[0], "prepare");
      assert.is(calls.at(-1), "restore");
    });
  }
});

test("campaigns that begin in the same second get separate folders", () =>
  inTempFolder(folder => {
    const make = () => makeCampaignFolder(join(folder, "raw"), "time", "2026-01-31T12:00:00.123Z");
    assert.equal(
      [make(), make()],
      [join(folder, "raw/20260131T120000-time"), join(folder, "raw/20260131T120000-time-2")],
    );
    assert.ok(existsSync(join(folder, "raw/20260131T120000-time-2")));
  }));

test.run();
