import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as logs from "../../src/logs/index.js";
import { projectRoot } from "../support/needs.js";

const test = suite("docs/log-formats.md");
const page = readFileSync(join(projectRoot, "docs/log-formats.md"), "utf8");

const examples = [...page.matchAll(/^(\w.*); \/\/ (.*)$/gm)];

test("has examples, each of which gives the stated result", () => {
  assert.ok(examples.length >= 5);
  const evaluate = (code = "") => new Function(...Object.keys(logs), `return (${code});`)(...Object.values(logs));
  for (const [, code, value] of examples) assert.equal(evaluate(code), evaluate(value), code);
});

test("shows lines that are read without a problem", () => {
  assert.equal(logs.parseCpuLog(/^(.*?) +cpu\.txt$/m.exec(page)?.[1] ?? "").rows.length, 1);
  const memory = /^virtiofsd.*?(?= result_)/m.exec(page)?.[0].replace(/ +$/, " \n");
  const [, again] = logs.formatSmemTable(logs.parseSmemTable(`Name USS PSS RSS VSS\n${memory}`).rows).split("\n");
  assert.is(`${again}\n`, memory);
});

test("names every problem that reading logs can give, and no other", () => {
  const source = ["logs", "analysis/datasets"].flatMap(folder =>
    readdirSync(join(projectRoot, "src", folder), { recursive: true, encoding: "utf8" })
      .filter(file => file.endsWith(".ts"))
      .map(file => readFileSync(join(projectRoot, "src", folder, file), "utf8")),
  );
  const codes = (text: string) => [...text.matchAll(/RUND_[A-Z_]+/g)].map(([code]) => code);
  const given = source
    .flatMap(text => [
      ...text.matchAll(/(?:problems\.add|fail)\(\s*(?:[^"()]|\([^()]*\))*"(RUND_[A-Z_]+)"/g),
      // a problem in a table of problems
      ...text.matchAll(/: \["(RUND_[A-Z_]+)"/g),
    ])
    .map(([, code]) => code ?? "");
  const errors = ["RUND_DUPLICATE_CELL", "RUND_TWO_RUNS"];
  assert.equal([...new Set(codes(page))].sort(), [...new Set([...given, ...errors])].sort());
});

test.run();
