/**
 * Takes the place of a kernel that V8 has ended, for less than a second: shows the reason as an error of the cell that ran, and
 * answers its request. Clients connect to the sockets again by themselves.
 *
 * Reads the end of the kernel's stderr on stdin, and the kernel's note on descriptor 4.
 */
import { randomUUID } from "node:crypto";
import { fstatSync, readFileSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import type * as Zmq from "zeromq";
import { encode } from "../../jupyter/wire.js";
import { type DeathNote, reasonOf } from "./note.js";

/** Time for clients to connect again. ZeroMQ tries every 100 to 200 ms. */
const patienceMs = 1000;
/** How long the message waits for further clients after the first has connected. */
const othersMs = 100;
/** How often the reply is sent until its client has connected. */
const retryMs = 20;

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

async function publish({ connection, request }: DeathNote, reason: string): Promise<void> {
  if (request === undefined) return;
  const zmq = createRequire(import.meta.url)("zeromq") as typeof Zmq;
  const { header: parent } = request;
  const session = randomUUID();
  const prefix = request.identities.map(each => Buffer.from(each, "hex"));
  const error = { ename: "KernelDied", evalue: reason, traceback: [`KernelDied: ${reason}`] };
  const signed = (type: string, content: object, before: readonly (Buffer | string)[]) =>
    encode(connection.key, session, { type, parent, content: { ...content }, prefix: before }) as Zmq.MessageLike[];
  const iopub = new zmq.XPublisher({ linger: patienceMs });
  const shell = new zmq.Router({ linger: patienceMs, mandatory: true });
  await Promise.all([iopub.bind(connection.address.iopub), shell.bind(connection.address.shell)]);

  await iopub.receive();
  await pause(othersMs);
  await iopub.send(signed("error", error, ["error"]));
  await iopub.send(signed("status", { execution_state: "idle" }, ["status"]));
  const reply = signed("execute_reply", { status: "error", execution_count: null, ...error }, prefix);
  const refused = () =>
    shell
      .send(reply)
      .then(() => false)
      .catch(() => true);
  while (await refused()) await pause(retryMs);
  iopub.close();
  shell.close();
}

/** Reads the first line of the note. An older, longer note may follow it, and the shell has read the file up to its end. */
function readNote(): DeathNote {
  const bytes = Buffer.alloc(fstatSync(4).size);
  readSync(4, bytes, 0, bytes.length, 0);
  return JSON.parse(bytes.toString().split("\n")[0]!) as DeathNote;
}

const note = readNote();
const reason = `the kernel ended: ${reasonOf(note.words + readFileSync(0, "utf8"))}`;
process.stderr.write(`rund-lab kernel: ${reason}\n`);
setTimeout(() => process.exit(), patienceMs).unref();
publish(note, reason).catch(error =>
  process.stderr.write(`rund-lab kernel: could not report this to front ends: ${error.message}\n`),
);
