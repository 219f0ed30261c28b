import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LiveKernel, printed } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel }>("errors of cells");

test.before(async context => {
  context.kernel = await LiveKernel.start();
});
test.after(context => context.kernel.stop());

const types = (messages: readonly { type: string }[]) => messages.map(({ type }) => type);

test("an error points at the cell's own line and column", async ({ kernel }) => {
  const { reply, messages, outputs } = await kernel.run(
    "type Long = {\n  a: number;\n};\nawait null;\nfunction fail(): never {\n  throw new RangeError('no');\n}\n  fail();",
  );
  const name = `cell-${reply.execution_count}.ts`;
  assert.equal([reply.status, reply.ename, reply.evalue], ["error", "RangeError", "no"]);
  const traceback = (reply.traceback as string[]).join("\n");
  assert.match(traceback, `at fail (${name}:6:9)`);
  assert.match(traceback, `at ${name}:8:3`);
  assert.match(traceback, "> 6 |   throw new RangeError('no');");
  assert.not.match(traceback, "executor");
  assert.equal(types(messages), ["status", "execute_input", "error", "status"]);
  assert.is(outputs[0]!.output_type, "error");
});

test("an error keeps its cause, and a thrown value need not be an error", async ({ kernel }) => {
  const { reply } = await kernel.run("throw new Error('outer', { cause: new TypeError('inner') })");
  assert.match((reply.traceback as string[]).join("\n"), "[cause]: TypeError: inner");
  const text = await kernel.run("throw 'text'");
  assert.equal([text.reply.ename, text.reply.evalue], ["Thrown", "'text'"]);
  assert.is((await kernel.run("throw undefined")).reply.evalue, "undefined");
  assert.is((await kernel.run("throw Object.create(null)")).reply.status, "error");
});

test("a cell that does not compile names every mistake and runs nothing", async ({ kernel }) => {
  const { reply, outputs } = await kernel.run("console.log('never');\nlet n: number = 'x';\nunknownName;");
  assert.is(reply.ename, "CompileError");
  const lines = String(reply.evalue).split("\n");
  assert.match(lines[0]!, /^cell-\d+\.ts:2:5 - Type 'string' is not assignable to type 'number'/);
  assert.match(lines[1]!, /^cell-\d+\.ts:3:1 - Cannot find name 'unknownName'/);
  assert.is(outputs.length, 1);
});

test("an unhandled rejection fails the cell that caused it", async ({ kernel }) => {
  const { reply, outputs } = await kernel.run("void Promise.reject(new Error('floating')); 1");
  assert.equal([reply.status, reply.evalue], ["error", "floating"]);
  assert.is(outputs.at(-1)!.output_type, "error");
});

test("an error after a cell's end is shown under that cell and on stderr of the running cell", async ({ kernel }) => {
  const first = await kernel.run("setTimeout(() => { throw new Error('from a timer') }, 200); 1");
  assert.is(first.reply.status, "ok");
  const second = await kernel.run("await new Promise(later => setTimeout(later, 600)); 'fine'");
  assert.is(second.reply.status, "ok");
  const late = kernel.soFar(first.id).outputs.at(-1) as unknown as { evalue: string; traceback: string[] };
  assert.is(late.evalue, "from a timer");
  assert.match(late.traceback.join("\n"), `cell-${first.reply.execution_count}.ts:1:26`);
  assert.is(
    printed(second.outputs, "stderr"),
    `cell-${first.reply.execution_count}.ts failed after it had ended: Error: from a timer\n`,
  );
});

test("process.exit, process.abort and process.exitCode fail the cell, and the kernel keeps running", async ({
  kernel,
}) => {
  const exit = await kernel.run("process.exit(3)");
  assert.equal([exit.reply.ename, exit.reply.status], ["ProcessExit", "error"]);
  const caught = await kernel.run("try { process.exit(0) } catch {}\n1");
  assert.is(caught.reply.ename, "ProcessExit");
  assert.is((await kernel.run("process.abort()")).reply.evalue, "process.abort() was called; the kernel keeps running");
  const code = await kernel.run("process.exitCode = 4;\nconsole.log('on')");
  assert.equal([code.reply.ename, printed(code.outputs)], ["ProcessExit", "on\n"]);
  assert.is((await kernel.run("process.exitCode ?? 'none'")).reply.status, "ok");
});

test("errors quote the code as it was written", async ({ kernel }) => {
  const told = async (code: string) => (await kernel.run(code)).reply.evalue;
  assert.is(await told("structuredClone(() => 1)"), "() => 1 could not be cloned.");
  await kernel.run("let anything: any = {}");
  assert.is(await told("anything.gone()"), "anything.gone is not a function");
  assert.is(await told("for (const each of anything) {}"), "anything is not iterable");
  assert.is(await told("import { sep } from 'node:path';\n// @ts-ignore\nsep()"), "sep is not a function");
});

test("assignments to constants and to undeclared names, and syntax errors at a cell's end, are reported as in one file", async ({
  kernel,
}) => {
  const told = async (code: string) => String((await kernel.run(code)).reply.evalue);
  await kernel.run("const fixed = 1");
  assert.match(await told("fixed = 2"), /:1:1 - Cannot assign to 'fixed' because it is a constant\. \(TS2588\)$/);
  assert.match(await told("fresh = 5"), /Cannot find name 'fresh'.*\nhint: .*let fresh = …$/);
  assert.match(await told("'text'?"), /^cell-\d+\.ts:1:8 - Expression expected/);
  assert.is((await kernel.run("var twice = 1; var twice = 2; twice")).reply.status, "ok");
});

test.run();
