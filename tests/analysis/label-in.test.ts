import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../src/analysis/datasets/index.js";
import { roundsFrame } from "../../src/analysis/frames/index.js";
import { fig10 } from "../../src/present/figures/index.js";
import { dataset, startCell } from "../present/figures/dataset.js";

const test = suite("labels of runtimes");

test("a runtime from a file is named by its own label, in frames, in figures and in their words", async () => {
  const own = dataset("mine", { starts: [startCell("youki", 1, [90]), startCell("rund", 1, [80])] });
  const [run] = (await loadDataset("ae_data")).runs;
  const labelled = { ...own, runs: [{ ...run!, runtime: "youki", label: "Youki 0.5" }] };
  const figure = fig10([labelled]);
  assert.equal(
    figure.plot.data.slice(0, 2).map(({ name }) => name),
    ["RunD", "Youki 0.5"],
  );
  assert.match(figure.finding, "Youki 0.5 90 ms");
  assert.equal((await roundsFrame([labelled]))["label"].values, ["RunD", "Youki 0.5"]);
});

test.run();
