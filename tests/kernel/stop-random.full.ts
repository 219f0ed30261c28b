/** 200 asynchronous cells, put together at random, are interrupted: within 200 ms nothing of them runs or writes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LiveKernel, labKernel, printed } from "./live-kernel.js";

const test = suite("200 random asynchronous cells");

const cells = 200;
const seed = 20261126;

/** Pieces of cells that never end; each counts in `n` and writes a line to a file, and none waits before it begins. */
const pieces: readonly string[] = [
  "setInterval(step, 3 + K);",
  "(function again() { step(); setTimeout(again, 1 + K); })();",
  "void (async () => { for (;;) { step(); await sleep(2 + K); } })();",
  "void (async () => { for (;;) { try { step(); await sleep(2 + K); if (K % 2) throw new Error('x'); } catch {} } })();",
  "void (async () => { for (;;) { try { step(); await pause(2 + K); } finally { n += 0; } } })();",
  "(function next(): unknown { return sleep(2 + K).then(step).then(next); })();",
  "void (async () => { for (;;) await Promise.all([sleep(3).then(step), sleep(K + 1).then(step)]); })();",
  "(function read() { readFile('data.txt', () => { step(); setImmediate(read); }); })();",
  "void (async () => { for (;;) { for await (const chunk of createReadStream('data.txt', { highWaterMark: 64 })) { step(); await sleep(1); } } })();",
  "new Readable({ read() { setTimeout(() => this.push('x'), 2 + K); } }).on('data', step);",
  "void (async () => { for await (const _ of on(bus, 'tick')) step(); })();",
  "bus.on('tick', step);",
  "spawn('sh', ['-c', 'while kill -0 $PPID 2>&-; do echo x; sleep 0.01; done']).stdout.on('data', step);",
  "spawn('sh', ['-c', 'trap \"\" INT TERM; while kill -0 $PPID 2>&-; do echo child >> log.txt; sleep 0.01; done'], { detached: K % 2 === 0 });",
  "void (async () => { for (;;) { await (await fetch(address)).text(); step(); } })();",
  "void (async () => { for (;;) await fetch(address).then(answer => answer.text()).then(step, () => sleep(1)); })();",
  "void (async () => { const { body } = await fetch(address + '/endless'); for await (const _ of body!) step(); })();",
  "get(address + '/endless', answer => answer.on('data', step));",
  "createServer((_, answer) => { step(); answer.end(); }).listen(0, '127.0.0.1', function (this: any) { const { port } = this.address(); setInterval(() => fetch('http://127.0.0.1:' + port).catch(() => {}), 5); });",
  "connect(port, '127.0.0.1', function (this: any) { setInterval(() => this.write('x'), 4); }).on('data', step);",
  "new Worker('setInterval(() => require(\"node:worker_threads\").parentPort.postMessage(1), 3)', { eval: true }).on('message', step);",
  "queueMicrotask(function soon() { step(); setTimeout(() => queueMicrotask(soon), 2 + K); });",
];

const setting = `
import { spawn } from "node:child_process";
import { EventEmitter, on } from "node:events";
import { appendFileSync, createReadStream, readFile, statSync } from "node:fs";
import { createServer, get } from "node:http";
import { connect, createServer as createEcho } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { Worker } from "node:worker_threads";
let n = 0;
let kept = { map: new Map([["a", 1]]) };
const sleep = (ms: number) => new Promise<void>(done => setTimeout(done, ms));
const step = () => { n++; appendFileSync("log.txt", "step\\n"); if (n % 50 === 0) console.log(n); };
const bus = new EventEmitter().setMaxListeners(0);
setInterval(() => bus.emit("tick"), 5);
const server = createServer((request, answer) => {
  if (request.url !== "/endless") return answer.end("x");
  const more = setInterval(() => answer.write("x"), 3);
  answer.on("close", () => clearInterval(more));
});
await new Promise<void>(done => server.listen(0, "127.0.0.1", done));
const address = "http://127.0.0.1:" + (server.address() as any).port;
const echo = createEcho(socket => socket.on("error", () => {}).pipe(socket));
await new Promise<void>(done => echo.listen(0, "127.0.0.1", done));
const port = (echo.address() as any).port;
appendFileSync("log.txt", "begin\\n");
console.log("ready")`;

/** Numbers from 0 below 1, the same for the same seed (mulberry32). */
function random(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

test("end within 200 ms of an interrupt; variables are kept and the next cell runs", async () => {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  writeFileSync(join(folder, "data.txt"), "line\n".repeat(100));
  const kernel = await LiveKernel.start(labKernel, folder);
  try {
    const { reply } = await kernel.run(setting);
    assert.is(reply.status, "ok", String(reply.evalue));
    const next = random(seed);
    const below = (limit: number) => Math.floor(next() * limit);
    for (let cell = 0; cell < cells; cell++) {
      kernel.messages.length = 0;
      const chosen = Array.from({ length: 1 + below(3) }, () => pieces[below(pieces.length)]!);
      const body = chosen.map(piece => piece.replaceAll("K", String(below(5)))).join("\n");
      const wait = ["await new Promise(() => {})", "for (;;) await sleep(5)", "await sleep(1e6)"][below(3)]!;
      const id = kernel.sendCode(`n = 0;\nconsole.log('on');\n${body}\n${wait}`);
      await kernel.until(() => printed(kernel.soFar(id).outputs).includes("on\n"), `cell ${cell}: ${body}`, 10_000);
      // the interrupt comes at a random time after the cell has begun
      await new Promise(later => setTimeout(later, below(60)));
      process.kill(kernel.process.pid!, "SIGINT");
      const { reply: ended } = await kernel.answer(id);
      assert.is(ended.ename, "KeyboardInterrupt", body);
      await kernel.run("await sleep(200)");
      const said = kernel.soFar(id).messages.length;
      const { outputs } = await kernel.run(
        "const [was, size] = [n, statSync('log.txt').size];\nawait sleep(60);\n[n - was, statSync('log.txt').size - size, kept.map.get('a')]",
      );
      assert.equal(
        (outputs.at(-1) as { data: unknown })?.data,
        { "text/plain": "[ 0, 0, 1 ]" },
        `cell ${cell}: ${body}`,
      );
      assert.is(kernel.soFar(id).messages.length, said, `cell ${cell} still speaks: ${body}`);
    }
  } finally {
    await kernel.stop();
    rmSync(folder, { recursive: true });
  }
});

test.run();
