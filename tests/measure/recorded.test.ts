import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordedCampaign } from "../../src/analysis/datasets/index.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { readCampaign } from "./campaign/campaigns.js";
import { assertTablesAsPandas } from "./reference.js";

const test = suite("the campaign recorded in raw/");
const { events, rounds } = readCampaign(recordedCampaign);

test("the recorded campaign is complete, and has the settings of campaigns/recorded.yaml", () => {
  const manifest = JSON.parse(readFileSync(join(recordedCampaign, "run.json"), "utf8"));
  assert.equal([manifest.status, manifest.replayed], ["complete", false]);
  assert.equal(manifest.command, ["run", "--campaign", "campaigns/recorded.yaml"]);
  // three runtimes: ten rounds of four cells each, twice; three repeats of three memory cells
  assert.is(rounds.length, 3 * 10 * 4 + 3 * 10 * 4);
  assert.is(events.filter(({ event }) => event === "memory").length, 3 * 3 * 3);
});

test("the recorded campaign lost no cold start and no background sandbox", () => {
  for (const { samples } of rounds) assert.ok(samples.every(({ status }) => status === "ready"));
  for (const { density, background } of rounds.filter(each => each.density > 0)) {
    assert.equal(background, { before: density, after: density, topUps: 0 });
  }
});

test("the recorded campaign is small, and raw/README.md describes it", () => {
  const files = readdirSync(recordedCampaign, { recursive: true, withFileTypes: true }).filter(each => each.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  assert.ok(bytes < 2e6, `${bytes} bytes`);
  assert.match(readFileSync(join(recordedCampaign, "../README.md"), "utf8"), basename(recordedCampaign));
});

test.run();

const withPandas = suiteNeeding("the campaign recorded in raw/, by another reader", needs.python);

withPandas("the recorded campaign's tables equal those of pandas", async () => {
  assert.equal(Object.keys((await assertTablesAsPandas(recordedCampaign)).time ?? {}).sort(), [
    "crun",
    "runc",
    "runsc",
  ]);
});

withPandas.run();
