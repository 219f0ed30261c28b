import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordedCampaign } from "../../src/analysis/datasets/index.js";
import { lab } from "../support/command-line.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("rund-lab history");

/** Writes three campaigns from the recorded one's runc; in the last, every cold start takes 1.5 times as long. */
function threeDays(folder: string): void {
  for (const [day, factor] of [
    ["20260101T000000-time", 1],
    ["20260102T000000-time", 1],
    ["20260103T000000-time", 1.5],
  ] as const) {
    const to = join(folder, day);
    for (const name of ["run.json", "time_runc_11242011", "events.ndjson"]) {
      cpSync(join(recordedCampaign, name), join(to, name), { recursive: true });
    }
    const manifest = JSON.parse(readFileSync(join(to, "run.json"), "utf8"));
    manifest.startedAt = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}T00:00:00.000Z`;
    writeFileSync(join(to, "run.json"), JSON.stringify(manifest));
    for (const concurrency of [1, 10, 20, 100]) {
      for (let client = 1; client <= concurrency; client++) {
        const name = `con_${String(concurrency).padStart(3, "0")}/client${String(client).padStart(3, "0")}.txt`;
        const file = join(to, "time_runc_11242011", name);
        const lines = readFileSync(file, "utf8").trim().split("\n");
        const slower = lines.map(line => {
          const [id, start, , latency] = line.split(" ");
          const longer = Math.round(Number(latency) * factor);
          return `${id} ${start} ${Number(start) + longer} ${longer}`;
        });
        writeFileSync(file, `${slower.join("\n")}\n`);
      }
    }
  }
}

test("a folder of campaigns is read oldest first, and a slower campaign is a change", () =>
  inTempFolder(async folder => {
    threeDays(folder);
    const { code, stdout, stderr } = await lab(["history", folder, "--runtimes", "runc"], { terminal: true });
    assert.is(code, 0, stderr);
    assert.match(stdout, /^makespan, ms, over 3 campaigns: the gate slower:5% would have fired \w+/);
    assert.match(stdout, /\nrunc, 10 at once +▁▁█ +3 +\d+\.\d +\d+\.\d +1\.\d+ +3 slower\n/);
    assert.match(
      stdout.replaceAll(/\s+/g, " "),
      /slower at 3 \(20260103T000000-time\), 1\.5\d* \[.*?\] times campaign 1\. Nothing recorded differs/,
    );
    assert.match(stdout, "\n  1  2026-01-01 00:00  20260101T000000-time\n");
    for (const line of stdout.split("\n")) assert.ok(line.length <= 100, line);
    const document = JSON.parse((await lab(["history", folder, "--json"])).stdout);
    assert.equal(
      document.cells.map((cell: { changes: { at: number }[] }) => cell.changes.map(({ at }) => at)),
      [[2], [2], [2], [2]],
    );
  }));

test("--figure draws an SVG, and refuses a .pdf file", () =>
  inTempFolder(async folder => {
    threeDays(folder);
    const file = join(folder, "history.svg");
    assert.is((await lab(["history", folder, "--figure", file])).code, 0);
    assert.match(readFileSync(file, "utf8"), "Makespan over 3 campaigns");
    const { code, stderr } = await lab(["history", folder, "--figure", join(folder, "history.pdf")]);
    assert.equal([code, existsSync(join(folder, "history.pdf"))], [2, false]);
    assert.match(stderr, "expected a .svg or .png file");
  }));

test("a single campaign, and campaigns with different definitions, are refused", async () => {
  assert.is((await lab(["history", recordedCampaign])).code, 2);
  const { code, stderr } = await lab(["history", "raw"]);
  assert.is(code, 4);
  assert.match(stderr, "SANDBOX_READY");
  assert.match(stderr, "the answer of the last process");
});

test.run();
