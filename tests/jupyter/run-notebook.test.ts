import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CodeCell, Notebook, Output } from "../../src/jupyter/nbformat.js";
import { type RunOptions, runNotebook } from "../../src/jupyter/run-notebook.js";
import { LabError } from "../../src/model/errors.js";
import { labKernel, printed } from "../kernel/live-kernel.js";
import { untilEnded } from "../support/child-command.js";
import { projectRoot } from "../support/needs.js";

const test = suite("running a notebook headless");

const notebook = (...sources: string[]): Notebook => ({
  metadata: { custom: 1 },
  cells: sources.map((source, at) => ({
    cell_type: "code" as const,
    id: `c${at + 1}`,
    metadata: {},
    source,
    execution_count: 99,
    outputs: [{ output_type: "stream" as const, name: "stdout" as const, text: "old" }],
  })),
});
const run = (given: Notebook, options: Partial<RunOptions> = {}) =>
  runNotebook(given, { kernel: labKernel, cwd: projectRoot, ...options });
const outputsOf = (given: Notebook, at: number): readonly Output[] => (given.cells[at] as CodeCell).outputs;

// a temporary folder for this file alone, because other tests run kernels at the same time
const temporary = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
process.env.TMPDIR = temporary;
test.after(() => rmSync(temporary, { recursive: true, force: true }));

test("cells run in order, old outputs are dropped, metadata names the kernel", async () => {
  const events: string[] = [];
  const { notebook: done, failure } = await run(notebook("const a = 20", "", "console.log(a);\na + 1"), {
    onCell: ({ index, count, ok }) => events.push(`${index}/${count} ${ok}`),
  });
  assert.is(failure, undefined);
  assert.equal(events, ["1/2 true", "2/2 true"]);
  assert.equal(
    done.cells.map(cell => (cell as CodeCell).execution_count),
    [1, null, 2],
  );
  assert.equal(outputsOf(done, 1), []);
  assert.equal(outputsOf(done, 2), [
    { output_type: "stream", name: "stdout", text: "20\n" },
    { output_type: "execute_result", data: { "text/plain": "21" }, metadata: {}, execution_count: 2 },
  ]);
  assert.is((done.metadata.kernelspec as { name: string }).name, "rund-lab");
  assert.is((done.metadata.language_info as { name: string }).name, "typescript");
  assert.is(done.metadata.custom, 1);
  assert.equal(readdirSync(temporary), []);
});

test("a failing cell ends the run, with its error as an output; the cells after it stay empty", async () => {
  const { notebook: done, failure } = await run(notebook("1", "throw new TypeError('no')", "3"));
  assert.equal([failure!.cell, failure!.id, failure!.ename, failure!.evalue], [2, "c2", "TypeError", "no"]);
  assert.is(outputsOf(done, 1)[0]!.output_type, "error");
  assert.equal(outputsOf(done, 2), []);
});

test("a cell tagged raises-exception may fail", async () => {
  const given = notebook("throw new Error('meant')", "2");
  const cells = given.cells.map((cell, at) =>
    at === 0 ? { ...cell, metadata: { tags: ["raises-exception"] } } : cell,
  );
  const { notebook: done, failure } = await run({ ...given, cells });
  assert.is(failure, undefined);
  assert.equal(
    outputsOf(done, 0).map(output => output.output_type),
    ["error"],
  );
  assert.is(outputsOf(done, 1).length, 1);
});

test("an error after a cell's end is a failure of that cell, and the run continues", async () => {
  const { notebook: done, failure } = await run(
    notebook(
      "setTimeout(() => { throw new Error('late') }, 100); 1",
      "await new Promise(later => setTimeout(later, 400)); 'end'",
    ),
  );
  assert.equal([failure!.cell, failure!.evalue], [1, "late"]);
  assert.equal(
    outputsOf(done, 0).map(output => output.output_type),
    ["execute_result", "error"],
  );
  assert.ok(outputsOf(done, 1).some(output => output.output_type === "execute_result"));
});

test("a cell that takes too long is interrupted, and what it printed is kept", async () => {
  const { notebook: done, failure } = await run(notebook("console.log('on'); for (;;) {}", "2"), { timeoutMs: 2000 });
  assert.equal([failure!.ename, failure!.evalue], ["CellTimeout", "the cell took longer than 2 s"]);
  assert.is(printed(outputsOf(done, 0)), "on\n");
  assert.equal(
    outputsOf(done, 0).flatMap(output => (output.output_type === "error" ? [output.ename] : [])),
    ["KeyboardInterrupt", "CellTimeout"],
  );
});

test("a kernel killed in a cell is noticed within two seconds, and what it printed is kept", async () => {
  let killed = 0;
  const started = performance.now();
  const { notebook: done, failure } = await run(
    notebook(
      "console.log('said'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);",
      "await new Promise(() => {})",
    ),
    {
      onCell() {
        killed = performance.now() + 300;
      },
    },
  );
  assert.ok(
    performance.now() - killed < 2000,
    `${performance.now() - killed} ms, ${performance.now() - started} ms in all`,
  );
  assert.is(printed(outputsOf(done, 0)), "said\n");
  assert.equal([failure!.cell, failure!.ename], [2, "KernelDied"]);
  assert.match(failure!.evalue, "was killed by SIGKILL");
});

test("an abort ends the kernel at once", async () => {
  const abort = new AbortController();
  const { failure } = await run(notebook("1", "await new Promise(() => {})"), {
    abort: abort.signal,
    onCell: () => void setTimeout(() => abort.abort(), 50),
  });
  assert.is(failure!.ename, "KernelDied");
});

test("processes that cells have started end with the kernel", async () => {
  const { notebook: done } = await run(
    notebook("import { spawn } from 'node:child_process';\nspawn('sleep', ['300'], { stdio: 'ignore' }).pid"),
  );
  const result = outputsOf(done, 0)[0] as { data: Record<string, string> };
  const pid = Number(result.data["text/plain"]);
  assert.ok(pid > 1);
  await untilEnded(pid);
});

test("a kernel that does not start is an error with the kernel's output", async () => {
  const failsWith = async (argv: readonly string[], summary: string, hint?: string) => {
    try {
      await run(notebook("1"), { kernel: { ...labKernel, name: "odd", argv } });
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof LabError, String(error));
      assert.is(error.exitCode, 3);
      assert.match(error.message, summary);
      if (hint !== undefined) assert.match(error.hint!, hint);
    }
  };
  await failsWith(
    ["sh", "-c", "echo broken >&2; exit 7"],
    "kernel odd: the kernel ended with exit code 7 before it answered",
    "broken",
  );
  await failsWith(["/nowhere/kernel"], "could not be started: spawn /nowhere/kernel ENOENT");
});

test("20,000 lines, 10 MB in one line and 1,000 displays in a tick arrive whole and in order", async () => {
  const { notebook: done, failure } = await run(
    notebook(
      "for (let i = 0; i < 20000; i++) console.log('line ' + i)",
      "console.log('x'.repeat(10_000_000))",
      "for (let i = 0; i < 1000; i++) (globalThis as any)[Symbol.for('rund-lab.display')].display({ 'text/plain': String(i) })",
    ),
  );
  assert.is(failure, undefined);
  assert.is(printed(outputsOf(done, 0)), Array.from({ length: 20000 }, (_, i) => `line ${i}\n`).join(""));
  assert.is(outputsOf(done, 0).length, 1);
  assert.is(printed(outputsOf(done, 1)), `${"x".repeat(10_000_000)}\n`);
  assert.equal(
    outputsOf(done, 2).map(output => "data" in output && output.data["text/plain"]),
    Array.from({ length: 1000 }, (_, i) => String(i)),
  );
});

test.run();
