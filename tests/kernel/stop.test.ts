/** After an interrupt, nothing that a cell started continues. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LiveKernel, labKernel, printed } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel; folder: string }>("Stop");

const setting = `
import { EventEmitter } from "node:events";
import { readFile } from "node:fs";
import { promises as files } from "node:fs";
import { createServer } from "node:http";
import { spawn } from "node:child_process";
import { Worker } from "node:worker_threads";
import { setTimeout as pause } from "node:timers/promises";
let n = 0;
const bus = new EventEmitter();
setInterval(() => bus.emit("tick"), 10);
const sleep = (ms: number) => new Promise(done => setTimeout(done, ms));
const home = createServer((_, answer) => answer.end("x"));
await new Promise<void>(done => home.listen(0, "127.0.0.1", done));
const address = "http://127.0.0.1:" + (home.address() as { port: number }).port;
const forever = new Promise<never>(() => {});
console.log("warm")`;

test.before(async context => {
  context.folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  const library = join(context.folder, "node_modules", "looper");
  mkdirSync(library, { recursive: true });
  writeFileSync(
    join(library, "index.js"),
    "exports.start = () => setInterval(() => console.log('from the library'), 10);\nexports.each = call => setInterval(call, 10);",
  );
  writeFileSync(
    join(library, "index.d.ts"),
    "export function start(): void; export function each(call: () => void): void;",
  );
  writeFileSync(join(library, "package.json"), '{"name":"looper","version":"1.0.0"}');
  writeFileSync(
    join(context.folder, "poll.ts"),
    "export async function poll(step: () => void) {\n  for (;;) {\n    step();\n    await new Promise(done => setTimeout(done, 10));\n  }\n}\n",
  );
  context.kernel = await LiveKernel.start(labKernel, context.folder);
  const { reply } = await context.kernel.run(setting);
  assert.is(reply.status, "ok", String(reply.evalue));
});
test.after(async ({ kernel, folder }) => {
  await kernel.stop();
  rmSync(folder, { recursive: true });
});

/** Cells that print `on`, count in `n` and never end by themselves. */
const endless: Readonly<Record<string, string>> = {
  "a loop that sleeps": "while (true) { if (n++ === 0) console.log('on'); await sleep(10); }",
  "a loop that catches everything":
    "while (true) { try { if (n++ === 0) console.log('on'); await sleep(10); } catch {} }",
  "a loop that goes on in finally":
    "while (true) { try { if (n++ === 0) console.log('on'); await sleep(10); } finally { continue; } }",
  "a loop in a function that nobody awaits":
    "async function tick() { for (;;) { n++; await sleep(10); } }\nvoid tick(); console.log('on'); await forever",
  "a loop in a local module": "import { poll } from './poll';\nawait poll(() => { if (n++ === 0) console.log('on'); })",
  "a labelled loop over a generator":
    "async function* ticks() { for (;;) { await sleep(5); yield n; } }\nouter: for await (const _ of ticks()) { if (n++ === 0) console.log('on'); continue outer; }",
  "an interval": "setInterval(() => { if (n++ === 0) console.log('on'); }, 10); await forever",
  "timers that set the next one":
    "const again = () => { if (n++ === 0) console.log('on'); setTimeout(again, 5); };\nagain(); await forever",
  immediates: "const soon = () => { if (n++ === 0) console.log('on'); setImmediate(soon); };\nsoon(); await forever",
  "pauses of timers/promises": "for (;;) { if (n++ === 0) console.log('on'); await pause(5); }",
  "a chain of then":
    "const next = (): Promise<unknown> => sleep(5).then(() => { if (n++ === 0) console.log('on'); }).then(next);\nawait next()",
  "callbacks of the file system":
    "const read = () => readFile('poll.ts', () => { if (n++ === 0) console.log('on'); read(); });\nread(); await forever",
  "promises of the file system": "for (;;) { await files.readFile('poll.ts'); if (n++ === 0) console.log('on'); }",
  "fetches in a loop": "for (;;) { await (await fetch(address)).text(); if (n++ === 0) console.log('on'); }",
  "fetches that are tried again":
    "for (;;) { try { await (await fetch(address)).text(); if (n++ === 0) console.log('on'); } catch { await null; } }",
  "a server":
    "createServer((_, answer) => { n++; answer.end(); }).listen(0, '127.0.0.1', function (this: { address(): unknown }) {\n  const { port } = this.address() as { port: number };\n  console.log('on');\n  setInterval(() => fetch('http://127.0.0.1:' + port).then(answer => answer.text()), 20);\n});\nawait forever",
  "a child process":
    "const child = spawn('sh', ['-c', 'trap \"\" INT TERM; while kill -0 $PPID 2>&-; do echo x; sleep 0.02; done']);\nchild.stdout.on('data', () => { if (n++ === 0) console.log('on'); });\nawait forever",
  "a child process that writes itself":
    "spawn('sh', ['-c', 'trap \"\" INT; echo on; while kill -0 $PPID 2>&-; do echo x >> grows; sleep 0.02; done'], { stdio: 'inherit', detached: true });\nawait forever",
  "a thread":
    "const thread = new Worker('setInterval(() => require(\"node:worker_threads\").parentPort.postMessage(1), 10)', { eval: true });\nthread.on('message', () => { if (n++ === 0) console.log('on'); });\nawait forever",
  "a listener of an older cell's emitter": "bus.on('tick', () => { n++; });\nconsole.log('on'); await forever",
  "a callback of a library":
    "import { each } from 'looper';\neach(() => { if (n++ === 0) console.log('on'); });\nawait forever",
};

for (const [what, code] of Object.entries(endless)) {
  test(`ends ${what}`, async ({ kernel, folder }) => {
    kernel.messages.length = 0;
    await kernel.run("n = 0");
    const id = kernel.sendCode(code);
    await kernel.until(() => printed(kernel.soFar(id).outputs).includes("on\n"), "the cell to begin", 8000);
    process.kill(kernel.process.pid!, "SIGINT");
    const { reply } = await kernel.answer(id);
    assert.is(reply.ename, "KeyboardInterrupt");
    await kernel.run("await sleep(200); n = 0");
    const size = existsSync(join(folder, "grows")) ? "(await files.stat('grows')).size" : "0";
    const said = kernel.soFar(id).messages.length;
    const { outputs } = await kernel.run(`const size = ${size};\nawait sleep(150);\n[n, ${size} - size]`);
    assert.equal((outputs.at(-1) as { data: unknown }).data, { "text/plain": "[ 0, 0 ]" });
    assert.is(kernel.soFar(id).messages.length, said, "nothing is said any more");
  });
}

test("lets finally run, so that what a cell holds is released", async ({ kernel }) => {
  await kernel.run("let held = false");
  const id = kernel.sendCode(
    "held = true;\ntry { console.log('on'); await sleep(1e6); } finally { held = false; console.log('released'); }",
  );
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
  process.kill(kernel.process.pid!, "SIGINT");
  await kernel.answer(id);
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\nreleased\n");
  const { outputs } = await kernel.run("held");
  assert.equal((outputs[0] as { data: unknown }).data, { "text/plain": "false" });
});

test("mutes a library's loop and names it", async ({ kernel }) => {
  const id = kernel.sendCode("import { start } from 'looper';\nstart(); await forever");
  await kernel.until(() => printed(kernel.soFar(id).outputs).startsWith("from the library\n"));
  process.kill(kernel.process.pid!, "SIGINT");
  await kernel.answer(id);
  const named = () => printed(kernel.soFar(id).outputs, "stderr");
  await kernel.until(() => named() !== "");
  assert.match(
    named(),
    /^cell-\d+\.ts was interrupted, but code that it called still prints \(at .*looper\/index\.js:1:/,
  );
  const said = kernel.soFar(id).messages.length;
  await kernel.run("await sleep(100)");
  assert.is(kernel.soFar(id).messages.length, said);
});

test("keeps functions and variables of the interrupted cell usable", async ({ kernel }) => {
  const id = kernel.sendCode(
    "const twice = (x: number) => 2 * x;\nasync function later(x: number) { await sleep(1); return x; }\nconsole.log('on'); await forever",
  );
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
  process.kill(kernel.process.pid!, "SIGINT");
  await kernel.answer(id);
  const { outputs } = await kernel.run(
    "[twice(4), await later(5), await Promise.all([1, 2].map(async x => (await later(x)) * 2))]",
  );
  assert.equal((outputs[0] as { data: unknown }).data, { "text/plain": "[ 8, 5, [ 2, 4 ] ]" });
});

test("checks neither show in a function's text nor change the order of promises", async ({ kernel }) => {
  const { outputs } = await kernel.run(
    "const order: string[] = [];\nconst a = async () => { order.push('a1'); await null; order.push('a2'); await null; order.push('a3'); };\nconst b = () => Promise.resolve().then(() => order.push('b1')).then(() => order.push('b2'));\nawait Promise.all([a(), b()]);\n[order.join(' '), String(a).includes('__'), new Function('return ' + a)().name === '']",
  );
  assert.equal((outputs[0] as { data: unknown }).data, { "text/plain": "[ 'a1 a2 b1 a3 b2', false, true ]" });
});

test.run();
