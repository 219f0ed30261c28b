import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../src/analysis/datasets/index.js";
import { recognise } from "../../src/importers/index.js";
import type { LabError } from "../../src/model/errors.js";
import { lab } from "../support/command-line.js";
import { inTempFolder, writeFiles } from "../support/temp.js";
import { cells, load } from "./load.js";
import {
  computesdk,
  critest,
  hyperfine,
  idlabMemory,
  idlabStart,
  kataBoot,
  kataMemory,
  kubeBurner,
  stellar,
  stress,
} from "./samples.js";

const test = suite("results of other tools, of any format");

test("a format is recognised by the beginning of a file, and other files by none", async () => {
  const expected = {
    "a.json": [critest, "critest"],
    "b.json": [kataBoot(1), "kata"],
    "c.json": [kataMemory, "kata"],
    "d.json": [kubeBurner(), "kube-burner"],
    "e.json": [hyperfine, "hyperfine"],
    "f.json": [stress, "containerd-stress"],
    "g.json": [computesdk, "computesdk"],
    h: [idlabStart, "idlab"],
    i: [idlabMemory, "idlab"],
    "j.csv": [stellar, "stellar"],
    "k.csv": ["a,b,3\nc,d,4\n", undefined],
    "l.json": ['{"results": []}', undefined],
    "m.txt": ["hello\n", undefined],
    "n.csv": ["", undefined],
  } as const;
  await inTempFolder(folder => {
    for (const [name, [text, format]] of Object.entries(expected)) {
      writeFiles(folder, { [name]: text });
      assert.is(recognise(join(folder, name))?.format, format, name);
    }
  });
});

test("an implausible latency is a problem with its place, and not a number of the table", async () => {
  const { problems, starts } = await load("pods.json", kubeBurner(-46_116_859_600));
  assert.equal(
    problems.map(({ line, code, found }) => [line, code, found]),
    [[1, "RUND_IMPORT_VALUE", "-46116859600"]],
  );
  assert.is(problems[0]!.expected, "a latency from 0 to a day in [0].podReadyLatency");
  assert.equal(starts[0]!.samples, 1);
  assert.is((await load("boot-times.json", kataBoot(-3))).problemCount, 1);
});

test("a byte-order mark and CRLF line ends change nothing", async () => {
  for (const [name, text] of Object.entries({
    "p.json": critest,
    "h.json": hyperfine,
    start: idlabStart,
    "l.csv": stellar,
  })) {
    assert.equal(
      cells(await load(name, `\ufeff${text.replaceAll("\n", "\r\n")}`)),
      cells(await load(name, text)),
      name,
    );
  }
});

test("a truncated file gives the rows before the cut, and a problem", async () => {
  const cut = await load("h.json", hyperfine.slice(0, hyperfine.indexOf('{"command":"ctr run kata"') + 40));
  assert.equal(cells(cut), [["ctrrunrunc", 1, [100, 300], 200, 1]]);
  assert.is(cut.problems[0]!.code, "RUND_IMPORT_JSON");
  const short = await load("start-x", idlabStart.slice(0, -4));
  assert.equal([short.starts[0]!.samples, short.problems[0]!.code], [2, "RUND_IMPORT_COUNT"]);
});

test("a renamed field is a problem that names it, and a file without rows is an error with a next step", async () => {
  const renamed = computesdk.replace('"provider":"modal"', '"vendor":"modal"');
  const { problems } = await load("c.json", renamed);
  assert.match(problems[0]!.expected, "results[1].provider");
  for (const text of [kubeBurner().replaceAll("podReadyLatency", "readyLatency"), '{"provider": 1, "ttiMs": 2}']) {
    try {
      await load("x.json", text);
      assert.unreachable();
    } catch (error) {
      assert.is((error as LabError).code, "RUND_IMPORT_EMPTY");
      assert.match((error as LabError).hint ?? "", /rund-lab import --help/);
    }
  }
  const version = await load("c.json", computesdk.replace('"1.1"', '"2.0"'));
  assert.match(version.problems[0]!.found, "2.0");
});

test("import writes a folder that gives the same cells as the file, and the same bytes each time", async () => {
  await inTempFolder(async folder => {
    writeFiles(folder, { "c.json": computesdk, "m.json": kataMemory, "s.json": stress, "p.json": kubeBurner() });
    for (const name of ["c.json", "m.json", "s.json", "p.json"]) {
      const out = join(folder, `${name}-out`);
      assert.is((await lab(["import", "auto", join(folder, name), "--out", out])).code, 0);
      const [direct, kept] = [await loadDataset(join(folder, name)), await loadDataset(out)];
      assert.equal(cells(kept), cells(direct));
      assert.equal([kept.rates, kept.memory, kept.problemCount], [direct.rates, direct.memory, direct.problemCount]);
      await lab(["import", "auto", join(folder, name), "--out", `${out}2`]);
      for (const file of ["samples.csv", "memory.csv", "import.json"]) {
        assert.is(readFileSync(join(out, file), "utf8"), readFileSync(join(`${out}2`, file), "utf8"));
      }
      assert.is((await lab(["import", "auto", join(folder, name), "--out", out])).code, 2, "a folder that is taken");
    }
  });
});

test("import refuses a file of no known tool, an unknown format and a file without rows", async () => {
  await inTempFolder(async folder => {
    writeFiles(folder, { "m.txt": "hello\n", "p.json": kubeBurner().replaceAll("podReadyLatency", "x") });
    const run = (...words: string[]) => lab(["import", ...words, "--out", join(folder, "out")]);
    const unknown = await run("auto", join(folder, "m.txt"));
    assert.equal([unknown.code, /critest/.test(unknown.stderr)], [4, true]);
    assert.is((await run("nosuch", join(folder, "m.txt"))).code, 2);
    assert.is((await run("hyperfine", join(folder, "missing.json"))).code, 4);
    const none = await run("auto", join(folder, "p.json"));
    assert.equal([none.code, /podReadyLatency/.test(none.stderr)], [4, true]);
  });
});

test("analyze first states the definition of imported numbers, and compare warns if two sides differ in it", async () => {
  await inTempFolder(async folder => {
    writeFiles(folder, { "h.json": hyperfine, "i-start": idlabStart.replace("kata.v2-kata2-qemu", "kata.v2") });
    const analyzed = await lab(["analyze", join(folder, "h.json")]);
    assert.match(analyzed.stderr, /^hyperfine counts from command started to command ended/);
    assert.match(analyzed.stdout, "hyperfine1_kata,kata,1,2,0,1000,1000,1000,1000,1000");
    const pair = [join(folder, "h.json"), join(folder, "i-start")];
    const compared = await lab(["compare", ...pair]);
    assert.is(compared.code, 0);
    assert.match(
      compared.stdout,
      /^A and B measure different things: A from command started to command ended, B from container/,
    );
    assert.is((await lab(["compare", ...pair, "--fail-on", "slower:5%"])).code, 4);
  });
});

test.run();
