import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inTempFolder, writeFiles } from "../support/temp.js";
import { LiveKernel, labKernel, printed } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel }>("interrupts");

test.before(async context => {
  context.kernel = await LiveKernel.start();
  await context.kernel.run("let kept = 41;\nconsole.log('warm')");
});
test.after(context => context.kernel.stop());

const bySignal = (kernel: LiveKernel) => process.kill(kernel.process.pid!, "SIGINT");
const byMessage = (kernel: LiveKernel) => void kernel.send("interrupt_request", {}, "control");

/** Cells that print `on` and then never end by themselves. */
const endless = {
  "a loop": "console.log('on'); for (;;) {}",
  "a loop that catches everything":
    "console.log('on'); for (;;) { try { for (;;) {} } catch {} finally { kept = 41; } }",
  "a loop after an await": "await null; console.log('on'); for (;;) {}",
  "a loop in a timer": "await new Promise(() => setTimeout(() => { console.log('on'); for (;;) {} }, 10))",
  "a loop of promises": "console.log('on'); for (;;) await null;",
  "a promise that never settles": "console.log('on'); await new Promise(() => {})",
  "a wait for another thread": "console.log('on'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
  "a loop that prints": "console.log('on'); for (;;) console.log('more')",
  "a loop that displays":
    "console.log('on'); for (;;) (globalThis as any)[Symbol.for('rund-lab.display')].display({ 'text/plain': 'x' })",
};

for (const [how, interrupt] of [
  ["a signal", bySignal],
  ["a message", byMessage],
] as const) {
  for (const [what, code] of Object.entries(endless)) {
    test(`${how} stops ${what}; variables survive and the next cell runs`, async ({ kernel }) => {
      const id = kernel.sendCode(code);
      await kernel.until(() => printed(kernel.soFar(id).outputs).startsWith("on\n"), "the cell to begin");
      interrupt(kernel);
      const { reply } = await kernel.answer(id);
      assert.equal([reply.status, reply.ename], ["error", "KeyboardInterrupt"]);
      kernel.messages.length = 0;
      const next = await kernel.run("await new Promise(later => setTimeout(later, 20)); kept + 1");
      assert.equal((next.outputs[0] as { data: unknown }).data, { "text/plain": "42" });
    });
  }
}

test("an interrupt by message reaches a child process that the cell waits for", async ({ kernel }) => {
  const id = kernel.sendCode(
    "import { execSync } from 'node:child_process';\nexecSync('echo on; sleep 60', { stdio: 'inherit' })",
  );
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
  byMessage(kernel);
  const { reply } = await kernel.answer(id);
  assert.is(reply.status, "error");
  assert.is((await kernel.run("kept")).reply.status, "ok");
});

test("interrupts of an idle kernel stop nothing but a cell that begins while they are on their way", async ({
  kernel,
}) => {
  // the system delivers a signal after `kill` has returned, on a busy machine after the next cell has begun
  bySignal(kernel);
  assert.is((await kernel.ask("interrupt_request", {}, "control")).reply.status, "ok");
  const replies = [];
  for (let i = 0; i < 5; i++) replies.push((await kernel.run("kept")).reply);
  const stopped = replies.filter(({ status }) => status !== "ok");
  assert.ok(stopped.length <= 2, `${stopped.length} cells were stopped by two interrupts`);
  for (const { ename } of stopped) assert.is(ename, "KeyboardInterrupt");
  assert.is(replies.at(-1)!.status, "ok");
});

test("two interrupts in a row stop one cell", async ({ kernel }) => {
  const id = kernel.sendCode("console.log('on'); for (;;) {}");
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
  bySignal(kernel);
  bySignal(kernel);
  assert.is((await kernel.answer(id)).reply.ename, "KeyboardInterrupt");
  for (let i = 0; i < 3; i++) assert.is((await kernel.run("kept")).reply.status, "ok");
});

test("after bursts of interrupts at any moment, the kernel works", async ({ kernel }) => {
  for (let burst = 0; burst < 20; burst++) {
    const id = kernel.sendCode("console.log('on'); for (;;) {}");
    await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
    for (let i = 0; i < 50; i++) process.kill(kernel.process.pid!, "SIGINT");
    assert.is((await kernel.answer(id)).reply.ename, "KeyboardInterrupt");
    kernel.messages.length = 0;
  }
  assert.is((await kernel.run("kept")).reply.status, "ok");
});

for (const [whose, spin] of [
  ["a cell's", "for (;;) await null"],
  ["a package's", "await spin()"],
] as const) {
  test(`${whose} loop of promises stops at an interrupt at any moment`, () =>
    inTempFolder(async folder => {
      writeFiles(folder, { "node_modules/spinning/index.js": "exports.spin = async () => { for (;;) await null; };" });
      const kernel = await LiveKernel.start(labKernel, folder);
      try {
        await kernel.run('let kept = 41; const { spin } = require("spinning");');
        for (let moment = 0; moment < 15; moment++) {
          const id = kernel.sendCode(`console.log("on"); ${spin}`);
          await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
          // the loop has begun by now, and each interrupt comes at another place of it
          await new Promise(later => setTimeout(later, 2 * moment));
          byMessage(kernel);
          assert.is((await kernel.answer(id)).reply.ename, "KeyboardInterrupt");
          kernel.messages.length = 0;
          const next = await kernel.run("await new Promise(later => setTimeout(later, 1)); kept + 1");
          assert.equal((next.outputs[0] as { data: unknown }).data, { "text/plain": "42" });
        }
      } finally {
        await kernel.stop();
      }
    }));
}

test("a kernel in an endless loop shuts down", async () => {
  const kernel = await LiveKernel.start();
  const id = kernel.sendCode("console.log('on'); for (;;) {}");
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
  kernel.send("shutdown_request", { restart: false }, "control");
  const ended = performance.now();
  await kernel.process.ended;
  assert.ok(performance.now() - ended < 4000);
  await kernel.stop();
});

test.run();
