/** The kernel's process: `node main.js <connection file>`, as the kernelspec starts it. */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { readConnection } from "../jupyter/connection.js";
import { LabError } from "../model/errors.js";
import { type Ask, ThreadState } from "./channel/messages.js";
import { markBytes, Outlet, takeOutput } from "./channel/pipe.js";
import type { ProtocolData } from "./protocol/protocol.js";
import { requirePeers } from "./spec.js";

/** How long the main thread must be idle before it loads Node's types for later cells. */
const idleMs = 300;

function main(file: string | undefined): void {
  if (file === undefined) throw new LabError("RUND_KERNEL_USAGE", "usage", "usage: node main.js <connection file>");
  requirePeers(createRequire(import.meta.url));
  const connection = readConnection(file);
  // an interrupt for a cell that has not begun yet must not end the process
  process.on("SIGINT", () => {});

  const pipes = takeOutput();
  const mark = randomBytes(markBytes);
  mark[0] = 0xff; // a byte that does not occur in UTF-8 text, so text is rarely held back
  const state = new Int32Array(new SharedArrayBuffer(4 * Object.keys(ThreadState).length));
  const requests = new MessageChannel();
  const signals = new MessageChannel();
  const lines = new MessageChannel();
  const data: ProtocolData = {
    connection,
    pipes,
    mark,
    port: requests.port2,
    signals: signals.port1,
    lines: lines.port1,
    state,
  };
  const endAfter = (name: string) => (error: Error) => {
    writeSync(pipes.log, `rund-lab kernel: ${name} failed: ${error.stack}\n`);
    process.kill(process.pid, "SIGTERM");
  };
  const startThread = (name: string, workerData: unknown, transferList: MessagePort[]) =>
    new Worker(new URL(name, import.meta.url), { workerData, transferList }).on("error", endAfter(name));
  startThread("protocol/protocol.js", data, [requests.port2, signals.port1, lines.port1]);

  // the engine's modules load while the other thread opens its sockets; requests wait in the port
  void import("./run/engine.js")
    .then(({ Engine }) => {
      const engine = new Engine(process.cwd(), new Outlet(pipes.frames, mark, requests.port1), state, lines.port2);
      startThread("protocol/signals.js", signals.port2, [signals.port2]);
      engine.warm();
      let idle: NodeJS.Timeout | undefined;
      let prepared = false;
      const prepareWhenIdle = () => {
        clearTimeout(idle);
        if (!prepared) idle = setTimeout(() => (prepared = engine.warmFurther()), idleMs).unref();
      };
      requests.port1.on("message", (message: Ask) => {
        engine.hear(message);
        prepareWhenIdle();
      });
      prepareWhenIdle();
    })
    .catch(endAfter("run/engine.js"));
}

try {
  main(process.argv[2]);
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint === undefined ? "" : `hint: ${error.hint}\n`}`);
  process.exitCode = error.exitCode;
}
