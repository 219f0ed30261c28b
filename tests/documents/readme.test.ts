import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { inTempFolder } from "../support/temp.js";
import { blocks, commands, readDocument, words } from "./documents.js";

const test = suite("the README");
const page = readDocument("README.md");
const reproducing = readDocument("docs/reproducing.md");

test("shows what `npm start` prints", async () => {
  const { stdout } = await inTempFolder(cwd => lab(["reproduce", "--no-notebooks"], { cwd }));
  assert.is(blocks(page, "")[0], stdout);
});

test("shows what `compare` prints", async () => {
  const [command = ""] = commands({ file: "README.md", text: page }).filter(each => each.includes("compare raw/2"));
  const { stdout } = await lab(words(command).slice(2));
  const [shown = ""] = blocks(page, "text");
  assert.ok(shown.length > 100 && stdout.includes(shown));
});

test("leads to every claim, with the verdicts that are reached", async () => {
  const rows = [...reproducing.matchAll(/^\| `([\w-]+)`: .*\| ([\w ]+) \| ([\w ]+) \|$/gm)].map(
    ([, id, onPaper, onEvaluation]) => ({ id, onPaper, onEvaluation }),
  );
  const verdicts = async (data: string): Promise<Map<string, string>> => {
    const { stdout } = await lab(["claims", "--json", "--data", data]);
    const claims: readonly { id: string; verdict: string }[] = JSON.parse(stdout);
    return new Map(claims.map(({ id, verdict }) => [id, verdict.replace("-", " ")]));
  };
  const [paper, evaluation] = [await verdicts("paper_data"), await verdicts("ae_data")];
  const reached = [...paper].map(([id, verdict]) => ({ id, onPaper: verdict, onEvaluation: evaluation.get(id) }));
  const byId = (a: { id?: string | undefined }, b: { id?: string | undefined }) =>
    String(a.id).localeCompare(b.id ?? "");
  assert.equal(rows.sort(byId), reached.sort(byId));
});

test("leads to what `capacity` says", async () => {
  const { stdout } = await lab("capacity --runtime rund --host-memory 384GiB --guest-memory 128MiB --json".split(" "));
  const { range } = JSON.parse(stdout);
  const [least, most] = range.map((value: number) => value.toLocaleString("en-US"));
  assert.match(reproducing, new RegExp(`from ${least} to ${most}`));
});

test("shows a program that runs", async () => {
  const api = { ...(await import("../../src/logs/index.js")), ...(await import("../../src/index.js")) };
  const program = blocks(page, "ts").join("");
  const [, code, value] = /^(parse\w+\(.*\)\.rows); \/\/ (.*)$/m.exec(program) ?? [];
  const evaluate = (text = "") => new Function(...Object.keys(api), `return (${text});`)(...Object.values(api));
  assert.equal(evaluate(code), evaluate(value));
  assert.ok(api.timeTable(await api.loadDataset("paper_data")).rows.length > 0);
});

test.run();
