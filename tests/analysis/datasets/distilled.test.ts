import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { distill } from "../../../src/analysis/datasets/distilled/write-distilled.js";
import { datasetFolder, loadDataset, loadDatasets, ownDatasets } from "../../../src/analysis/datasets/index.js";
import { LabError } from "../../../src/model/errors.js";
import { artifact, needs, suiteNeeding } from "../../support/needs.js";
import { smallRun } from "../../support/run-folder.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("distilled data");

test("a dataset read back from its distilled files is the dataset, without the name of its source", () =>
  inTempFolder(async folder => {
    writeFiles(folder, smallRun());
    const raw = await loadDataset(folder);
    const target = join(folder, "distilled");
    writeFiles(target, distill(raw));
    const distilled = await loadDataset(target);
    assert.equal(
      { ...distilled, name: raw.name, path: raw.path, source: raw.source },
      { ...raw, starts: raw.starts.map(cell => ({ ...cell })) },
    );
  }));

test("the distilled files contain no sandbox id and no absolute time", async () => {
  for (const name of ownDatasets) {
    for (const file of ["rounds.csv", "latency.csv", "memory.csv", "published.csv", "runs.json"]) {
      const text = readFileSync(join(datasetFolder(name), file), "utf8");
      assert.not.match(text, /[0-9a-f]{64}/);
      assert.not.match(text, /(?<![.\d])16\d{11}(?!\d)/);
    }
  }
});

test("paper_data and ae_data together stay under 3 MB", () => {
  const bytes = ownDatasets.flatMap(name =>
    ["rounds.csv", "latency.csv", "memory.csv", "published.csv", "runs.json"].map(
      file => readFileSync(join(datasetFolder(name), file)).length,
    ),
  );
  assert.ok(bytes.reduce((a, b) => a + b) < 3e6);
});

const damaged: readonly (readonly [what: string, file: string, change: (text: string) => string, where: RegExp])[] = [
  [
    "an invalid number",
    "rounds.csv",
    text => text.replace(/^(density(?:[^,\n]*,){7})\d+/m, "$1NaN"),
    /rounds\.csv:2: expected a number in makespan_ms, found "NaN"/,
  ],
  [
    "a missing column",
    "latency.csv",
    text => text.replace("samples", "sample"),
    /latency\.csv:1: expected columns .* found no column samples/,
  ],
  ["a line with fewer fields", "memory.csv", text => `${text}a,b\n`, /memory\.csv/],
  [
    "a round that is not there",
    "rounds.csv",
    text => text.replace(/^density.*\n/m, ""),
    /latency\.csv:2: expected 9 in samples, the number of clients in the cell's rounds of rounds\.csv, found 10/,
  ],
  [
    "a cell that is not there",
    "latency.csv",
    text => text.replace(/^density.*\n/m, ""),
    /latency\.csv: expected a line for density_rund_05091637\/100\/1, found none/,
  ],
  ["JSON that is no list", "runs.json", () => "{}", /runs\.json: expected a list, found \{\}/],
  ["a run without a name", "runs.json", () => "[null]", /runs\.json: expected an object in \[0\], found null/],
  ["JSON cut in half", "runs.json", text => text.slice(0, 100), /runs\.json: expected a JSON document, found /],
];
for (const [what, file, change, message] of damaged) {
  test(`${what} is an error that names file and line`, () =>
    inTempFolder(async folder => {
      cpSync(datasetFolder("ae_data"), folder, { recursive: true });
      writeFileSync(join(folder, file), change(readFileSync(join(folder, file), "utf8")));
      try {
        await loadDataset(folder);
        assert.unreachable();
      } catch (error) {
        assert.instance(error, LabError);
        assert.is((error as LabError).exitCode, 4);
        assert.match((error as LabError).message, message);
      }
    }));
}

test("a dataset that is named twice is loaded once, at its first place", async () => {
  const loaded = await loadDatasets(["ae_data", "paper_data", "ae_data"]);
  assert.equal(
    loaded.map(({ name }) => name),
    ["ae_data", "paper_data"],
  );
});

test.run();

const recorded = suiteNeeding("distilling the raw logs", needs.artifact);

recorded("gives the committed files byte for byte", async () => {
  for (const name of ownDatasets) {
    const dataset = await loadDataset(join(artifact!, name));
    for (const [file, text] of Object.entries(distill(dataset))) {
      assert.ok(readFileSync(join(datasetFolder(name), file), "utf8") === text, `${name}/${file}`);
    }
  }
});

recorded("gives the same bytes in any order of the runs", async () => {
  const dataset = await loadDataset(join(artifact!, "ae_data"));
  const shuffled = {
    ...dataset,
    runs: [...dataset.runs].reverse(),
    starts: [...dataset.starts].reverse(),
    memory: [...dataset.memory].reverse(),
  };
  assert.equal(distill(shuffled), distill(dataset));
});

recorded.run();
