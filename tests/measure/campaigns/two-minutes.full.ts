import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startContainerd } from "../../../src/measure/index.js";
import { lab } from "../../support/command-line.js";
import { needs, projectRoot, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { assertNothingLeft } from "../campaign/real.js";

const test = suiteNeeding(
  "the two-minute campaign on a real containerd",
  needs.root,
  needs.containerd,
  needs.runc,
  needs.crun,
  needs.runsc,
);

test("a campaign file with runc, crun and runsc gives tables without an empty cell, and nothing is left behind", () =>
  inTempFolder(async root => {
    const containerd = await startContainerd(join(root, "c"));
    try {
      const out = join(root, "raw");
      const file = join(projectRoot, "campaigns/two-minutes.yaml");
      const env = { PATH: process.env.PATH ?? "" };
      const words = ["run", "--campaign", file, "--endpoint", containerd.endpoint, "--out", out, "--json"];
      const run = await lab(words, { env });
      assert.is(run.code, 0, run.stderr);
      const { cells } = JSON.parse(run.stdout);
      assert.is(cells.length, 21);
      assert.ok(cells.every(({ failed, partial }: { failed: number; partial: number }) => failed + partial === 0));
      await assertNothingLeft(containerd);

      const [campaign] = readdirSync(out);
      const analyzed = await lab(["analyze", join(out, campaign!), "--out", join(root, "tables"), "--json"], { env });
      assert.is(analyzed.code, 0, analyzed.stderr);
      const { tables, problemCount } = JSON.parse(analyzed.stdout);
      assert.is(problemCount, 0);
      type Row = { readonly runtime?: string; readonly values: readonly (number | null)[] };
      const full = (rows: readonly Row[]) =>
        rows.every(({ values }) => values.every(value => value !== null && value > 0));
      assert.equal(tables.time.columns, [1, 5, 10]);
      assert.equal(tables.time.rows.map(({ runtime }: Row) => runtime).sort(), ["crun", "runc", "runsc"]);
      assert.ok(full(tables.time.rows) && full(tables.cpu.rows));
      for (const id of ["runc", "crun", "runsc"]) {
        assert.equal([tables.memory[id].columns, tables.memory[id].rows.length], [[1, 5], 1]);
        assert.equal([tables.density[id].columns, tables.density[id].rows.length], [[1, 5], 1]);
        assert.ok(full(tables.memory[id].rows) && full(tables.density[id].rows), id);
      }
    } finally {
      await containerd.stop();
    }
  }));

test.run();
