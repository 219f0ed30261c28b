import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { childCommand, until, untilEnded } from "../support/child-command.js";
import { lab } from "../support/command-line.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("rund-lab notebook run");

const env = process.env as Record<string, string>;
const notebook = (sources: readonly string[], metadata: object = {}, tags: readonly string[][] = []) =>
  JSON.stringify({
    cells: sources.map((source, at) => ({
      cell_type: "code",
      id: `c${at + 1}`,
      metadata: { tags: tags[at] ?? [] },
      source,
      execution_count: null,
      outputs: [],
    })),
    metadata,
    nbformat: 4,
    nbformat_minor: 5,
  });
const read = (file: string) => JSON.parse(readFileSync(file, "utf8"));

test("notebooks are run in place or into a folder; progress on stderr, files on stdout", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, { "a.ipynb": notebook(["const n = 1", "n + 1"]), "sub/b.ipynb": notebook(["process.cwd()"]) });
    const { code, stdout, stderr } = await lab(["notebook", "run", "a.ipynb", "sub/b.ipynb", "--out", "out"], {
      cwd,
      env,
    });
    assert.is(code, 0, stderr);
    assert.equal(stdout.trim().split("\n").sort(), [join(cwd, "out/a.ipynb"), join(cwd, "out/b.ipynb")]);
    assert.match(stderr, /^a\.ipynb \[1\/2\] ok \d+\.\d\d s$/m);
    assert.equal(read(join(cwd, "out/a.ipynb")).cells[1].outputs[0].data, { "text/plain": ["2"] });
    assert.equal(read(join(cwd, "out/b.ipynb")).cells[0].outputs[0].data, { "text/plain": [`'${join(cwd, "sub")}'`] });
    assert.equal(read(join(cwd, "a.ipynb")).cells[1].outputs, []);

    const again = await lab(["notebook", "run", "a.ipynb", "--quiet"], { cwd, env });
    assert.equal([again.code, again.stderr], [0, ""]);
    assert.is(readFileSync(join(cwd, "a.ipynb"), "utf8"), readFileSync(join(cwd, "out/a.ipynb"), "utf8"), "same bytes");
  }));

test("a failing cell exits with 1, is reported with notebook and error, and the notebook is written", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, { "bad.ipynb": notebook(["1", "throw new RangeError('too far')"]), "good.ipynb": notebook(["2"]) });
    const { code, stderr } = await lab(["notebook", "run", "bad.ipynb", "good.ipynb"], { cwd, env });
    assert.is(code, 1);
    assert.match(stderr, /^bad\.ipynb: cell 2 \(c2\): RangeError: too far$/m);
    assert.match(stderr, /^hint: the written notebook contains the whole error below the cell$/m);
    assert.is(read(join(cwd, "bad.ipynb")).cells[1].outputs[0].ename, "RangeError");
    assert.is(read(join(cwd, "good.ipynb")).cells[0].outputs.length, 1);
  }));

test("after a kill of the command, its kernel and what a cell has started end, and no file is left", () =>
  inTempFolder(async cwd => {
    const [pids, temporary] = [join(cwd, "pids"), join(cwd, "tmp")];
    mkdirSync(temporary);
    const cell = `import { spawn } from "node:child_process";
      import { renameSync, writeFileSync } from "node:fs";
      const { pid } = spawn("sleep", ["300"], { stdio: "ignore" });
      writeFileSync("pids.new", process.pid + " " + pid);
      renameSync("pids.new", "pids");
      await new Promise(resolve => setTimeout(resolve, 300_000));`;
    writeFiles(cwd, { "a.ipynb": notebook([cell]) });
    const child = childCommand(cwd, ["notebook", "run", "a.ipynb"], { ...process.env, TMPDIR: temporary });
    await until(() => existsSync(pids), child.output);
    child.kill("SIGKILL");
    await child.ended;
    for (const pid of readFileSync(pids, "utf8").split(" ")) await untilEnded(Number(pid));
    assert.equal(
      readdirSync(temporary).filter(name => name.startsWith("rund-lab-")),
      [],
    );
    assert.is(read(join(cwd, "a.ipynb")).cells[0].outputs.length, 0);
  }));

test("parameters are set after the cell with the defaults", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, {
      "p.ipynb": notebook(["let n = 1;\nlet label = 'x';", "label + ' ' + (n + 1)"], {}, [["parameters"]]),
    });
    const { code, stderr } = await lab(["notebook", "run", "p.ipynb", "-p", "n=41", "-p", "label=RunD"], { cwd, env });
    assert.is(code, 0, stderr);
    const { cells } = read(join(cwd, "p.ipynb"));
    assert.equal(cells[1].metadata.tags, ["injected-parameters"]);
    assert.equal(cells[2].outputs[0].data, { "text/plain": ["'RunD 42'"] });
  }));

test("a parameter that no notebook declares is an error with the nearest name, before anything runs", () =>
  inTempFolder(async cwd => {
    const text = notebook(["let data = ['paper_data'];\nconst rounds: number = 3, label = 'x';", "data"], {}, [
      ["parameters"],
    ]);
    writeFiles(cwd, { "p.ipynb": text, "none.ipynb": notebook(["1"]) });
    const misspelt = await lab(["notebook", "run", "p.ipynb", "-p", 'dat=["ae_data"]'], { cwd, env });
    assert.is(misspelt.code, 2);
    assert.match(misspelt.stderr, "p.ipynb: -p dat: expected one of data, rounds, label, found dat");
    assert.match(misspelt.stderr, "hint: did you mean data? --allow-new-parameters sets it anyway");
    assert.is(readFileSync(join(cwd, "p.ipynb"), "utf8"), text);
    const none = await lab(["notebook", "run", "none.ipynb", "-p", "n=1"], { cwd, env });
    assert.match(none.stderr, "none.ipynb: -p n: expected a cell tagged parameters that declares it, found n");
  }));

test("--allow-new-parameters sets a new parameter with a warning; a value of a different kind gives a warning", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, {
      "p.ipynb": notebook(["const rounds = 3;", "[rounds, fresh]"], {}, [["parameters"]]),
    });
    const words = ["notebook", "run", "p.ipynb", "-p", "rounds=many", "-p", "fresh=1", "--allow-new-parameters"];
    const { code, stderr } = await lab(words, { cwd, env });
    assert.is(code, 0, stderr);
    assert.match(stderr, 'warning: p.ipynb: -p rounds: the default is of kind "number", and this value of kind "text"');
    assert.match(stderr, "warning: p.ipynb: no cell tagged parameters declares fresh; it is set anyway");
    assert.equal(read(join(cwd, "p.ipynb")).cells[2].outputs[0].data, { "text/plain": ["[ 'many', 1 ]"] });
  }));

test("a cell tagged skip-execution is not run and keeps its outputs", () =>
  inTempFolder(async cwd => {
    const given = JSON.parse(notebook(["throw new Error('never')", "2"], {}, [["skip-execution"]]));
    given.cells[0].outputs = [{ output_type: "stream", name: "stdout", text: ["kept\n"] }];
    writeFiles(cwd, { "s.ipynb": JSON.stringify(given) });
    const { code, stderr } = await lab(["notebook", "run", "s.ipynb"], { cwd, env });
    assert.is(code, 0, stderr);
    const { cells } = read(join(cwd, "s.ipynb"));
    assert.equal(cells[0].outputs, given.cells[0].outputs);
    assert.equal(cells[1].execution_count, 1);
  }));

test("a cell that exceeds its time limit fails the run", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, { "slow.ipynb": notebook(["await new Promise(() => {})"]) });
    const { code, stderr } = await lab(["notebook", "run", "slow.ipynb", "--timeout", "1.5"], { cwd, env });
    assert.is(code, 1);
    assert.match(stderr, "CellTimeout: the cell took longer than 1.5 s");
  }));

test("bad input is reported before a kernel is started", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, {
      "a.ipynb": notebook(["1"]),
      "b/a.ipynb": notebook(["1"]),
      "no.ipynb": "{",
      "old.ipynb": '{"nbformat": 3}',
    });
    const fails = async (words: string[], code: number, text: string) => {
      const outcome = await lab(["notebook", "run", ...words], { cwd, env });
      assert.is(outcome.code, code, outcome.stderr);
      assert.match(outcome.stderr, text);
    };
    await fails(["none.ipynb"], 4, "none.ipynb: expected a notebook, found none");
    await fails(["no.ipynb"], 4, "no.ipynb: expected a notebook (JSON)");
    await fails(["old.ipynb"], 4, "hint: jupyter nbconvert");
    await fails([], 2, "no notebook given");
    const twice = ["a.ipynb", "b/a.ipynb", "--out", "o"];
    await fails(twice, 2, "two notebooks would be written to this file");
    await fails(twice, 2, "hint: run them one after another, with a different --out for each");
    await fails(["a.ipynb", "-p", "n"], 2, "expected NAME=VALUE");
    await fails(["a.ipynb", "--timeout", "soon"], 2, "seconds");
    await fails(["a.ipynb", "--kernel", "no-such"], 3, 'no kernel named "no-such"');
    assert.not(existsSync(join(cwd, "o")));
  }));

test("a full disk is an error, and the old notebook is kept", () =>
  inTempFolder(async cwd => {
    const text = notebook(["1"]);
    writeFileSync(join(cwd, "a.ipynb"), text);
    symlinkSync("/dev/full", join(cwd, ".a.ipynb.rund-lab"));
    const { code, stderr } = await lab(["notebook", "run", "a.ipynb"], { cwd, env });
    assert.is(code, 3);
    assert.match(stderr, "ENOSPC");
    assert.is(readFileSync(join(cwd, "a.ipynb"), "utf8"), text);
  }));

test.run();

const python = suiteNeeding("rund-lab notebook run with another kernel", needs.jupyter);

python("a notebook with the kernelspec python3 runs on ipykernel, with parameters", () =>
  inTempFolder(async cwd => {
    const kernelspec = { name: "python3", display_name: "Python 3", language: "python" };
    writeFiles(cwd, {
      "py.ipynb": notebook(
        [
          "n = [False]\nx: str = 'none'",
          "import sys\nprint('out', flush=True)\nprint('err', file=sys.stderr, flush=True)",
          "[n, x]",
        ],
        { kernelspec },
        [["parameters"]],
      ),
    });
    const { code, stderr } = await lab(["notebook", "run", "py.ipynb", "-p", "n=[true,null]", "-p", "x=y"], {
      cwd,
      env,
    });
    assert.is(code, 0, stderr);
    const { cells, metadata } = read(join(cwd, "py.ipynb"));
    assert.equal(
      cells[2].outputs.map((output: { text: string[] }) => output.text),
      [["out\n"], ["err\n"]],
    );
    assert.equal(cells[3].outputs[0].data, { "text/plain": ["[[True, None], 'y']"] });
    assert.is(stderr.includes("warning"), false);
    assert.is(metadata.language_info.name, "python");
  }),
);

python.run();
