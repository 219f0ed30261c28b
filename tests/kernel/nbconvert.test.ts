import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import {
  type CodeCell,
  formatNotebook,
  type Notebook,
  type Output,
  parseNotebook,
} from "../../src/jupyter/nbformat.js";
import { CellOutputs } from "../../src/jupyter/outputs.js";
import { runNotebook } from "../../src/jupyter/run-notebook.js";
import { installKernelSpec, kernelSpecFolder } from "../../src/kernel/spec.js";
import { needs, projectRoot, suiteNeeding } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";
import { labKernel, printed } from "./live-kernel.js";
import { notebookOf, plainCells } from "./plain-notebook.js";

const test = suiteNeeding("the lab kernel under nbconvert", needs.jupyter);

/** Runs a notebook with Debian's nbconvert and the installed kernel. */
async function nbconvert(notebook: Notebook, folder: string): Promise<Notebook> {
  installKernelSpec(kernelSpecFolder(join(folder, "jupyter")));
  const file = join(folder, "in.ipynb");
  writeFileSync(file, formatNotebook(notebook));
  await promisify(execFile)(
    "jupyter-nbconvert",
    [
      "--to",
      "notebook",
      "--execute",
      "--allow-errors",
      "--ExecutePreprocessor.timeout=120",
      "--output",
      "out.ipynb",
      file,
    ],
    {
      cwd: projectRoot,
      env: { ...process.env, JUPYTER_DATA_DIR: join(folder, "jupyter"), PYDEVD_DISABLE_FILE_VALIDATION: "1" },
    },
  );
  return parseNotebook(readFileSync(join(folder, "out.ipynb"), "utf8"), "out.ipynb");
}

/** Returns a cell's outputs with consecutive streams joined, because nbconvert does not join them. */
function joined(notebook: Notebook): (readonly Output[])[] {
  return notebook.cells.map(cell => {
    const outputs = new CellOutputs(new Map());
    for (const { output_type: type, ...content } of (cell as CodeCell).outputs) outputs.add({ type, content });
    return outputs.outputs;
  });
}

test("20,000 lines in one loop, 10 MB in one line and 1,000 displays in a tick arrive whole and in order", () =>
  inTempFolder(async folder => {
    const done = await nbconvert(
      notebookOf([
        "for (let i = 0; i < 20000; i++) console.log('line ' + i)",
        "console.log('x'.repeat(10_000_000))",
        "for (let i = 0; i < 1000; i++) (globalThis as any)[Symbol.for('rund-lab.display')].display({ 'text/plain': String(i) })",
      ]),
      folder,
    );
    const [lines, long, displays] = joined(done);
    assert.is(printed(lines!), Array.from({ length: 20000 }, (_, i) => `line ${i}\n`).join(""));
    assert.is(printed(long!), `${"x".repeat(10_000_000)}\n`);
    assert.equal(
      displays!.map(output => "data" in output && output.data["text/plain"]),
      Array.from({ length: 1000 }, (_, i) => String(i)),
    );
  }));

test("a notebook of plain cells has the same outputs under nbconvert and in the headless runner", () =>
  inTempFolder(async folder => {
    const notebook = notebookOf(plainCells);
    const theirs = await nbconvert(notebook, folder);
    const { notebook: ours } = await runNotebook(notebook, { kernel: labKernel, cwd: folder });
    assert.equal(joined(ours), joined(theirs));
    const counts = (of: Notebook) => of.cells.map(cell => (cell as CodeCell).execution_count);
    assert.equal(counts(ours), counts(theirs));
    assert.ok(joined(ours).every(outputs => outputs.length > 0));
  }));

test("a committed notebook becomes a script in TypeScript", () =>
  inTempFolder(async folder => {
    const output = join(folder, "script");
    const file = join(projectRoot, "notebooks", "fig-10.ipynb");
    await promisify(execFile)("jupyter-nbconvert", ["--to", "script", "--output", output, file]);
    assert.match(readFileSync(`${output}.ts`, "utf8"), 'let data = ["paper_data"];');
  }));

test.run();
