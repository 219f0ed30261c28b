import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  cellOf,
  comparable,
  notebookNames,
  notebooksFolder,
  readNotebook,
  runBuilt,
  stockKernel,
} from "../support/notebooks.js";

const test = suite("notebooks");
let folder = "";

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
});

test.after(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("every notebook, run again, gives the outputs it is committed with", async () => {
  await runBuilt(notebookNames, ["--out", folder]);
  for (const name of notebookNames) {
    const [again, committed] = [
      comparable(readNotebook(folder, name)),
      comparable(readNotebook(notebooksFolder, name)),
    ];
    const changed = committed.filter((cell, index) => !isDeepStrictEqual(again[index], cell)).map(({ id }) => id);
    assert.equal(changed, [], `${name}: these cells give other outputs now; tests/notebooks/update.ts writes them`);
    assert.is(again.length, committed.length, name);
  }
});

test("fig-10 runs on stock tslab, too, and shows its picture", async () => {
  await runBuilt(["fig-10.ipynb"], ["--out", join(folder, "stock"), "--kernel", "stock"], stockKernel(folder));
  const [output] = cellOf(readNotebook(join(folder, "stock"), "fig-10.ipynb"), "figure").outputs;
  assert.ok(output !== undefined && "data" in output && "image/png" in output.data);
});

for (const name of notebookNames) {
  test(`${name} holds no path, address or time of the machine that ran it, and no large output`, () => {
    const text = readFileSync(join(notebooksFolder, name), "utf8");
    // a picture in base64 may hold any letters
    const words = text.replaceAll(/[A-Za-z0-9+/=]{400,}/g, "");
    assert.not.match(words, /\/(home|root|tmp|work|Users)\//);
    assert.not.match(text, /\b20\d\d-\d\d-\d\dT\d\d:|\bdist\/|node_modules/);
    assert.not.match(text, "rundLabPlotly");
    assert.ok(text.length < 1_000_000, `${text.length} characters`);
  });

  test(`${name} has its parameters in one cell and ends with done()`, () => {
    const { cells } = readNotebook(notebooksFolder, name);
    const tagged = cells.filter(({ metadata }) => (metadata.tags as string[] | undefined)?.includes("parameters"));
    assert.is(tagged.length, 1);
    const campaigns: Readonly<Record<string, string>> = {
      "fig-06-cgroups.ipynb": '"../raw/cgroups"',
      "rootfs.ipynb": '"../raw/rootfs"',
      "arrivals-and-fit.ipynb": '"../raw/arrivals-and-fit"',
      "fresh-run.ipynb": '"../raw/20261124T201129-recorded"',
      "cold-start.ipynb": '"../raw/cold-start-node", "../raw/cold-start-pod"',
      "kubernetes.ipynb": '"../raw/kubernetes-cluster", "../raw/kubernetes-node"',
    };
    assert.is(tagged[0]!.source.split("\n")[0], `let data = [${campaigns[name] ?? '"paper_data"'}];`);
    assert.is(cells.at(-1)?.source, "done();");
  });
}

test.run();
