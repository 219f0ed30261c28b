import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordedCampaign } from "../../src/analysis/datasets/index.js";
import { lab } from "../support/command-line.js";
import { projectRoot } from "../support/needs.js";

const test = suite("rund-lab compare");

interface Document {
  readonly a: string;
  readonly b: string;
  readonly confounds: readonly { readonly what: string }[];
  readonly cells: readonly Readonly<Record<string, unknown>>[];
  readonly verdict: string;
}

test("--json is one document with the fields of the contract; undecided cells pass a gate", async () => {
  const { code, stdout } = await lab(["compare", "paper_data", "ae_data", "--fail-on", "slower:20%", "--json"]);
  assert.is(code, 0);
  const document = JSON.parse(stdout) as Document;
  assert.equal([document.a, document.b, document.verdict], ["paper_data", "ae_data", "mixed"]);
  assert.equal(
    document.confounds.map(({ what }) => what),
    ["containerd", "crictl", "kernel"],
  );
  const fields = "metric runtime density concurrency memory a b ratio interval p verdict".split(" ");
  for (const cell of document.cells) for (const field of fields) assert.ok(field in cell, field);
  const at = document.cells.find(
    ({ metric, density, concurrency }) => metric === "time" && density === 0 && concurrency === 200,
  );
  assert.equal([at?.verdict, Number(at?.ratio).toFixed(3)], ["faster", "0.701"]);
});

test("the table names both campaigns, the differences in their settings, and every cell", async () => {
  const { code, stdout } = await lab(["compare", "paper_data", "ae_data"]);
  assert.is(code, 0);
  assert.match(stdout, /^B = ae_data against A = paper_data: mixed; time \d+ faster/);
  assert.match(stdout.replaceAll(/\s+/g, " "), "kernel 4.19.91-25.al7.x86_64 against 4.19.91-22.fc.1.al7.x86_64");
  const table = (metric: string) => stdout.split(`\n${metric}\n`)[1]?.split("\n\n")[0] ?? "";
  assert.match(table("makespan, ms"), /\nrund, 200 at once +1085 +760\.6 +0\.701 \[0\.\d+, 0\.\d+\] +0\.002 +faster/);
  assert.match(table("PSS per sandbox, KiB"), /\nrund, 128 MB at 1000 .* less +\[2\]/);
  assert.match(stdout, /\n\[2\] {2}too few snapshots\n/);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 100, line);
  assert.not.match(stdout, "▇");
});

test("on a terminal there is a bar beside each ratio, if it fits", async () => {
  const { stdout } = await lab(["compare", "paper_data", "ae_data"], { terminal: true });
  assert.match(stdout, /\nrund, 128 MB at 100 .*0\.645 +▇+│ /);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 100, line);
});

const recorded = recordedCampaign;

test("two runtimes of one campaign are compared block by block; --baseline compares all others with one", async () => {
  const { code, stdout } = await lab(["compare", recorded, "--runtimes", "runc,crun", "--json"]);
  assert.is(code, 0);
  const document = JSON.parse(stdout) as Document;
  assert.match(document.b, /:crun$/);
  const at = document.cells.find(
    ({ metric, density, concurrency }) => metric === "time" && density === 0 && concurrency === 10,
  )!;
  // by hand from events.ndjson: means of five blocks of two rounds, scipy.stats.t with 4 degrees of freedom
  assert.equal([at.runtime, at.against, at.method, at.verdict], ["crun", "runc", "paired blocks", "faster"]);
  assert.is(Number(at.ratio).toFixed(3), "0.652");
  const all = await lab(["compare", recorded, "--baseline", "runc"]);
  assert.match(all.stdout.replaceAll(/\s+/g, " "), ": mixed; crun faster, runsc slower;");
});

test("FOLDER:RUNTIME selects a runtime, on both sides or on one", async () => {
  const { code, stdout } = await lab(["compare", "paper_data:katatemplate", "paper_data:rund"]);
  assert.is(code, 0);
  assert.match(stdout, /^B = paper_data:rund against A = paper_data:katatemplate:/);
  assert.match(stdout, "sharedFs");
  assert.match((await lab(["compare", "paper_data:rund", "ae_data"])).stdout, /^B = ae_data against A = paper_data:/);
});

test("a runtime that was not measured, and one campaign without --runtimes, are usage errors that list the runtimes", async () => {
  for (const words of [
    ["paper_data", "--runtimes", "kata,runc"],
    ["paper_data:runc", "ae_data:rund"],
    ["paper_data"],
  ]) {
    const { code, stderr } = await lab(["compare", ...words]);
    assert.is(code, 2, words.join(" "));
    assert.match(stderr, "kata, katafc, katatemplate, rund");
  }
  assert.is((await lab(["compare", "paper_data", "ae_data", "--runtimes", "kata,rund"])).code, 2);
});

test("the gate exits with 1 and names the cells that are slower; --markdown prints a table for a pull request", async () => {
  const { code, stdout, stderr } = await lab([
    "compare",
    "paper_data",
    "ae_data",
    "--fail-on",
    // 100 * 0.017 is 1.7000000000000002
    "slower:1.7%",
    "--markdown",
  ]);
  assert.is(code, 1);
  assert.match(stderr, "slower by more than 1.7 %: rund, 1 at once");
  assert.match(stdout, /^### ae_data against paper_data: mixed\n/);
  assert.match(
    stdout,
    /\n\| makespan, ms \| A \| B \|[^\n]*\n[^\n]*\n(\|[^\n]*\n)*\| rund, 200 at once \| 1085 \| 760.6 \|/,
  );
  assert.match(stdout, "<details>");
});

test("undecided cells pass the gate, but not with --strict", async () => {
  const { code, stderr } = await lab(["compare", "paper_data", "ae_data", "--fail-on", "slower:20%", "--strict"]);
  assert.is(code, 1);
  assert.match(stderr, /undecided \(--strict\)/);
  assert.not.match(stderr, "slower by more");
});

test("an invalid gate is a usage error with an example", async () => {
  for (const rule of ["slower", "slower:0%", "slower:100%", "faster:5%", "slower:-5%", "slower:x%", "5%"]) {
    const { code, stderr } = await lab(["compare", "paper_data", "ae_data", "--fail-on", rule]);
    assert.is(code, 2, rule);
    assert.match(stderr, "slower:5%");
  }
});

test("campaigns on a cluster and on its node are also compared by RunPodSandbox, a call that both make", async () => {
  const [node, cluster] = ["raw/kubernetes-node", "raw/kubernetes-cluster"].map(name => join(projectRoot, name));
  const { code, stdout } = await lab(["compare", node!, cluster!, "--json"]);
  assert.is(code, 0);
  const { sandbox } = JSON.parse(stdout) as { sandbox: readonly { a: { mean: number }; b: { mean: number } }[] };
  assert.is(sandbox.length, 9);
  const lines = readFileSync(join(cluster!, "events.ndjson"), "utf8").trim().split("\n");
  const rounds = lines
    .map(line => JSON.parse(line))
    .filter(event => event.event === "round" && event.runtime === "runc");
  const perCall = rounds
    .filter(({ concurrency }) => concurrency === 1)
    .map(({ nodes: { before, after } }) => {
      const [callsBefore, msBefore] = total(before);
      const [callsAfter, msAfter] = total(after);
      return (msAfter - msBefore) / (callsAfter - callsBefore);
    });
  const mean = perCall.reduce((sum, ms) => sum + ms, 0) / perCall.length;
  assert.is(sandbox[0]!.b.mean.toFixed(6), mean.toFixed(6));
  const text = await lab(["compare", node!, cluster!]);
  assert.match(text.stdout, /\nRunPodSandbox, ms .*\n[^\n]*verdict.*\nrunc, 1 at once /);
  for (const line of text.stdout.split("\n")) assert.ok(line.length <= 100, line);
  // a campaign on a cluster does not record CPU
  assert.match(text.stdout, "\nNot recorded for B: CPU per sandbox.\n");
  assert.not.match(text.stdout, /\nCPU per sandbox, ms|cpu \d+ undecided/);
  assert.not.match((await lab(["compare", node!, node!])).stdout, "RunPodSandbox");
});

/** Returns the calls of RunPodSandbox and their milliseconds, over all nodes; a kubelet without such calls has no counter. */
const total = (
  nodes: readonly { calls: { run_podsandbox?: readonly [number, number] } }[],
): readonly [number, number] =>
  nodes.reduce(
    ([calls, ms], { calls: { run_podsandbox: [own, ownMs] = [0, 0] } }) => [calls + own, ms + ownMs] as const,
    [0, 0] as const as readonly [number, number],
  );

test("one campaign alone is a usage error", async () => {
  assert.is((await lab(["compare", "paper_data"])).code, 2);
});

test.run();
