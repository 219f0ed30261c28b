/** Reports to front ends when V8 ends the kernel's process, which no code of the kernel can prevent. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Notebook } from "../../src/jupyter/nbformat.js";
import { runNotebook } from "../../src/jupyter/run-notebook.js";
import { reasonOf } from "../../src/kernel/last-words/note.js";
import { until } from "../support/child-command.js";
import { projectRoot } from "../support/needs.js";
import { LiveKernel, labKernel } from "./live-kernel.js";

const test = suite("a kernel that V8 ends");

/** More elements than an array can have: V8 ends the process, on Node 20, 22 and 24 within a second. */
const tooLarge = "const kept = 1;\n'x'.repeat(2 ** 28).split('')";

/** The processes that a process has started. */
const childrenOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).flatMap(thread =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );

test("V8's words are explained", () => {
  const size = "#\n# Fatal error in , line 0\n# Fatal JavaScript invalid size error 169220804\n#";
  assert.match(reasonOf(size), /^one array, string or table.* V8 said: Fatal JavaScript invalid size error 169220804$/);
  const heap = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb7a940";
  assert.match(reasonOf(heap), /^memory was used up.*JavaScript heap out of memory$/);
  assert.match(reasonOf("FATAL ERROR: invalid array length Allocation failed"), /^one array/);
});

test("the cell shows the reason, and its request is answered", async () => {
  const kernel = await LiveKernel.start();
  const id = kernel.sendCode(tooLarge);
  const idle = () => kernel.published(id).some(({ content }) => content.execution_state === "idle");
  await kernel.until(() => kernel.replyTo(id) !== undefined && idle(), "the reason", 60_000, true);
  const { reply, outputs } = kernel.soFar(id);
  assert.is(reply.status, "error");
  assert.is(outputs.length, 1);
  const [error] = outputs as unknown as [{ ename: string; evalue: string }];
  assert.is(error.ename, "KernelDied");
  assert.match(error.evalue, /^the kernel ended: one array.*All variables are lost/);
  assert.match(kernel.process.log(), "rund-lab kernel: the kernel ended: one array");
  await kernel.stop();
});

test("the headless runner fails with the reason", async () => {
  const cell = {
    cell_type: "code",
    id: "c",
    metadata: {},
    source: tooLarge,
    execution_count: null,
    outputs: [],
  } as const;
  const notebook: Notebook = { metadata: {}, cells: [cell] };
  const { failure } = await runNotebook(notebook, { kernel: labKernel, cwd: projectRoot });
  assert.is(failure?.ename, "KernelDied");
  assert.match(failure!.evalue, /^the kernel ended: one array/);
});

test("a killed kernel reports nothing, and no process is left behind", async () => {
  const kernel = await LiveKernel.start();
  const id = kernel.sendCode("process.stderr.write('on'); await new Promise(() => {})");
  await kernel.until(() => kernel.soFar(id).outputs.length > 0);
  const started = childrenOf(kernel.process.pid!);
  assert.is(started.length, 1);
  process.kill(kernel.process.pid!, "SIGKILL");
  await kernel.process.ended;
  await until(() => !existsSync(`/proc/${started[0]}`), "the shell is still there");
  assert.is(
    kernel.soFar(id).messages.some(({ type }) => type === "error"),
    false,
  );
  await kernel.stop();
});

test.run();
