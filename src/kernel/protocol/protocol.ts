/**
 * The protocol thread: all five sockets, the heartbeat, the output pipe. It never runs a cell, so a client is answered
 * and output appears even if the main thread is busy.
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { type MessagePort, workerData } from "node:worker_threads";
import type * as Zmq from "zeromq";
import type { Connection } from "../../jupyter/connection.js";
import { type Content, decode, encode, type Header, type Message } from "../../jupyter/wire.js";
import { type Ask, ThreadState } from "../channel/messages.js";
import type { Pipes } from "../channel/pipe.js";
import { Watcher } from "../last-words/watcher.js";
import { Interrupter } from "./interrupt.js";
import { Outbox } from "./outbox.js";
import { OutputReader } from "./output-reader.js";
import { watchParent } from "./parent.js";
import { Requests } from "./requests.js";
import { StreamText } from "./stream-text.js";

/** The data that the main thread passes to this thread. */
export interface ProtocolData {
  readonly connection: Connection;
  readonly pipes: Pipes;
  readonly mark: Uint8Array;
  /** The port for requests to the main thread, and messages from it. */
  readonly port: MessagePort;
  /** SIGINT, seen by the signal thread. */
  readonly signals: MessagePort;
  /** Lines of input, to the main thread. */
  readonly lines: MessagePort;
  /** The Int32Array described by ThreadState. */
  readonly state: Int32Array;
}

const { connection, pipes, mark, port, signals, lines, state } = workerData as ProtocolData;
const zmq = createRequire(import.meta.url)("zeromq") as typeof Zmq;
const session = randomUUID();
const { key, address } = connection;

const log = (line: string) => writeSync(pipes.log, `rund-lab kernel: ${line}\n`);

// a stalled subscriber may fall behind without bound: the default, 1,000 messages, would lose output silently
const iopub = new zmq.XPublisher({ sendHighWaterMark: 0, linger: 1000 });
// a client that reconnects under its name replaces its old connection
const router = { sendHighWaterMark: 0, linger: 1000, handover: true } as const;
const shell = new zmq.Router(router);
const control = new zmq.Router(router);
const stdin = new zmq.Router({ ...router, linger: 0 });
const heartbeat = new zmq.Reply({ linger: 0 });

const failed = (error: unknown) => log(`could not send a message: ${(error as Error).message}`);
const outboxes = {
  iopub: new Outbox(iopub, failed),
  shell: new Outbox(shell, failed),
  control: new Outbox(control, failed),
  stdin: new Outbox(stdin, failed),
};

/** The header of each cell's request, by cell number, because output may come long after the cell has ended. */
const parents: (Header | Record<string, never>)[] = [{}];
/** The request that began last, whose client is asked for input. */
let latest: Message | undefined;

function publish(
  type: string,
  content: Content | string,
  parent: Header | Record<string, never>,
  extras: { readonly metadata?: Content; readonly buffers?: readonly Uint8Array[] } = {},
): void {
  const prefix = [`kernel.${session}.${type}`];
  outboxes.iopub.send(encode(key, session, { type, parent, content, prefix, ...extras }));
}

const text = new StreamText((cell, name, written) => publish("stream", { name, text: written }, parents[cell] ?? {}));
const interrupter: Interrupter = new Interrupter(ask, state, id => kernel.waits(id));
const watcher = new Watcher(connection, pipes.log, pipes.errors);
const kernel = new Requests({
  ask,
  interrupter,
  log,
  newCell(request) {
    latest = request;
    watcher.running(request);
    return parents.push(request.header) - 1;
  },
  publish(type, content, parent) {
    text.flush();
    publish(type, content, parent);
  },
  reply(channel, request, type, content) {
    const message = { type, parent: request.header, content, prefix: request.identities };
    outboxes[channel].send(encode(key, session, message));
  },
  async stop() {
    text.flush();
    await Promise.all(Object.values(outboxes).map(outbox => outbox.empty()));
    for (const socket of [iopub, shell, control, stdin, heartbeat]) socket.close();
    interrupter.close();
    await watcher.end();
    ask({ ask: "exit" });
    // the main thread may be in a loop that cannot be stopped; then the process is killed
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 2000);
  },
});

function ask(message: Ask): void {
  port.postMessage(message);
}

/** If this many messages are waiting to be sent, no more output is read. */
const enoughWaiting = 200;

new OutputReader(pipes, mark, port, {
  text: (name, cell, bytes) => text.add(name, cell, `${cell} ${name}`, bytes),
  foreign(name, bytes) {
    if (name === "stderr") watcher.hear(bytes);
    text.add(name, parents.length - 1, `others' ${name}`, bytes);
  },
  message(message) {
    if (message.tell === "publish") {
      text.flush();
      publish(message.type, message.json, parents[message.cell] ?? {}, message);
    } else if (message.tell === "input") {
      text.flush();
      askForInput(message.prompt);
    } else if (message.tell === "ready") {
      // connecting takes 0.1 s, for which the first cell would otherwise wait
      interrupter.connect();
    } else {
      waiting = false;
      kernel.answered(message.id, message.answer);
    }
  },
  isFull: () => outboxes.iopub.waiting >= enoughWaiting,
});

async function listen(socket: AsyncIterable<Buffer[]>, channel: "shell" | "control"): Promise<void> {
  for await (const frames of socket) {
    const request: Message | { ignored: string } = decode(key, frames);
    if ("ignored" in request) log(`a message on ${channel} is ignored: ${request.ignored}`);
    else kernel.receive(channel, request);
  }
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

/** Answers each subscription with a welcome message, as in protocol 5.4. XPUB passes on subscriptions (1) and their ends (0). */
async function welcome(): Promise<void> {
  for await (const [frame] of iopub) {
    if (frame?.[0] !== 1) continue;
    const subscription = frame.subarray(1).toString();
    const message = { type: "iopub_welcome", parent: {}, content: { subscription }, prefix: [subscription] };
    outboxes.iopub.send(encode(key, session, message));
  }
}

/** Whether a cell waits for a line. An unexpected answer is dropped. */
let waiting = false;

function askForInput(prompt: string): void {
  if (latest === undefined) return;
  waiting = true;
  const { header: parent, identities: prefix } = latest;
  const content = { prompt, password: false };
  outboxes.stdin.send(encode(key, session, { type: "input_request", parent, content, prefix }));
}

async function hearInput(): Promise<void> {
  for await (const frames of stdin) {
    const message = decode(key, frames);
    if ("ignored" in message) log(`a message on stdin is ignored: ${message.ignored}`);
    else if (waiting && message.header.msg_type === "input_reply") {
      waiting = false;
      lines.postMessage(String(message.content.value ?? ""));
      Atomics.store(state, ThreadState.input, 1);
      Atomics.notify(state, ThreadState.input);
    }
  }
}

async function main(): Promise<void> {
  const sockets = { iopub, shell, control, stdin, hb: heartbeat };
  for (const [channel, socket] of Object.entries(sockets)) {
    const where = address[channel as keyof typeof sockets];
    try {
      await socket.bind(where);
    } catch (error) {
      log(`cannot listen on ${where}: ${(error as Error).message}`);
      process.kill(process.pid, "SIGTERM");
      return;
    }
  }
  publish("status", { execution_state: "starting" }, {});
  signals.on("message", () => kernel.interrupt());
  watchParent();
  await Promise.all([listen(shell, "shell"), listen(control, "control"), beat(), welcome(), hearInput()]);
}

main().catch(error => {
  log((error as Error).stack ?? String(error));
  process.kill(process.pid, "SIGTERM");
});
