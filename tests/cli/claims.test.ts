import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { projectRoot } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("rund-lab claims");

interface Verdict {
  readonly id: string;
  readonly verdict: string;
  readonly measured: number | null;
  readonly readings: readonly object[];
}

test("--json is one document with the fields of the contract, and nothing on stderr", async () => {
  const { code, stdout, stderr } = await lab(["claims", "--data", "ae_data", "--json"]);
  assert.equal([code, stderr], [0, ""]);
  const verdicts = JSON.parse(stdout) as readonly Verdict[];
  const fields =
    "id section statement expected certainty verdict reading measured interval n flipsAt readings confounds";
  for (const verdict of verdicts)
    for (const field of fields.split(" ")) assert.ok(field in verdict, `${verdict.id} ${field}`);
  const first = verdicts.find(({ id }) => id === "start-200-in-1s");
  assert.equal([first?.verdict, first?.measured], ["supported", 760.6]);
});

test("the table counts the claims of sure wording, names the reading of each verdict, and fits a terminal", async () => {
  const { code, stdout } = await lab(["claims"]);
  assert.is(code, 0);
  assert.match(
    stdout,
    /^On paper_data: 11 claims: 4 contradicted, 3 inconclusive, 4 not measured; readings disagree on/,
  );
  assert.match(
    stdout.replaceAll(/\s+/g, " "),
    "CONTRADICTED start-200-in-1s: RunD starts over 200 sandboxes within one second.",
  );
  assert.match(stdout, /contradicted +under 1000 ms +1085 ms \[10\d\d, 11\d\d\] +n=50 +\d\.\d % +mean makespan at 200/);
  assert.match(stdout, "(supported)");
  const longest = Math.max(...stdout.split("\n").map(line => line.length));
  assert.ok(longest <= 120, `the longest line has ${longest} columns`);
});

test("a verdict on a fresh campaign names the machine", async () => {
  const { code, stdout } = await lab(["claims", "--data", join(projectRoot, "raw/cgroups-claims")]);
  assert.is(code, 0);
  const [, verdict = ""] = /CONTRADICTED {2}cgroup: (.*?)\n\n/s.exec(stdout) ?? [];
  // the processor and the cores of the recorded run.json
  assert.match(verdict, "measured on cgroups-claims (AMD EPYC, 2 cores), not on the paper's machine");
  assert.not.match((await lab(["claims"])).stdout, "not on the paper's machine");
});

test("NaN in a distilled folder is bad input, reported with its line", async () => {
  await inTempFolder(async folder => {
    cpSync(join(projectRoot, "ae_data"), folder, { recursive: true });
    const file = join(folder, "rounds.csv");
    const lines = readFileSync(file, "utf8").split("\n");
    lines[3] = lines[3]!.replace(/,\d+,0,/, ",NaN,0,").replace(/(,\d+){2}$/, ",NaN,NaN");
    writeFileSync(file, lines.join("\n"));
    const { code, stdout, stderr } = await lab(["claims", "--data", folder]);
    assert.equal([code, stdout], [4, ""]);
    assert.match(stderr, /rounds\.csv:4/);
  });
});

test("missing data is bad input, reported with the next step", async () => {
  const { code, stderr } = await lab(["claims", "--data", "/nowhere/at/all"]);
  assert.is(code, 4);
  assert.match(stderr, "/nowhere/at/all");
});

test.run();
