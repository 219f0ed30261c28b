import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";

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

test("the table names both campaigns, what differs, and every cell", async () => {
  const { code, stdout } = await lab(["compare", "paper_data", "ae_data"]);
  assert.is(code, 0);
  assert.match(stdout, /^B = ae_data against A = paper_data: mixed; time \d+ faster/);
  assert.match(stdout.replaceAll(/\s+/g, " "), "kernel 4.19.91-25.al7.x86_64 against 4.19.91-22.fc.1.al7.x86_64");
  assert.match(stdout, /makespan, ms +rund, 200 at once +1085 +760\.6 +0\.701 \[0\.\d+, 0\.\d+\] +0\.002 +faster/);
  assert.match(stdout, /PSS per sandbox, KiB +rund, 128 MB at 1000 .* less \(too few snapshots\)/);
});

test("the gate fires with exit 1 where a cell is surely slower, and names it; --markdown is a table for a pull request", async () => {
  const { code, stdout, stderr } = await lab([
    "compare",
    "paper_data",
    "ae_data",
    "--fail-on",
    "slower:2%",
    "--markdown",
  ]);
  assert.is(code, 1);
  assert.match(stderr, "slower by more than 2 %: rund, 1 at once");
  assert.match(stdout, /^### ae_data against paper_data: mixed\n/);
  assert.match(stdout, "| makespan, ms | rund, 200 at once | 1085 | 760.6 |");
  assert.match(stdout, "<details>");
});

test("undecided cells pass the gate, but not with --strict", async () => {
  const { code, stderr } = await lab(["compare", "paper_data", "ae_data", "--fail-on", "slower:20%", "--strict"]);
  assert.is(code, 1);
  assert.match(stderr, /undecided \(--strict\)/);
  assert.not.match(stderr, "slower by more");
});

test("a senseless gate is a usage error that says what is expected", async () => {
  for (const rule of ["slower", "slower:0%", "slower:100%", "faster:5%", "slower:-5%", "slower:x%", "5%"]) {
    const { code, stderr } = await lab(["compare", "paper_data", "ae_data", "--fail-on", rule]);
    assert.is(code, 2, rule);
    assert.match(stderr, "slower:5%");
  }
});

test("one campaign alone is a usage error", async () => {
  assert.is((await lab(["compare", "paper_data"])).code, 2);
});

test.run();
