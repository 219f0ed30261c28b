import { createHmac, randomUUID } from "node:crypto";
import type * as Zmq from "zeromq";
import { LabError } from "../model/errors.js";
import type { Json } from "./nbformat.js";

/** Where a kernel listens, as its connection file says. */
export interface ConnectionInfo {
  readonly ip: string;
  readonly key: string;
  readonly shell_port: number;
  readonly control_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
}

/** One message from a kernel. */
export interface KernelMessage {
  readonly type: string;
  /** Id of the request it answers; empty if none. */
  readonly parent: string;
  readonly content: Json;
}

const delimiter = "<IDS|MSG>";

/** The package `zeromq`, which only those who run kernels need. @throws LabError `RUND_NO_ZEROMQ` (machine) */
export async function loadZeroMq(): Promise<typeof Zmq> {
  try {
    return await import("zeromq");
  } catch (cause) {
    throw new LabError("RUND_NO_ZEROMQ", "machine", "running a kernel needs the package zeromq", {
      where: "rund-lab notebook run",
      hint: "npm install zeromq tslab",
      cause,
    });
  }
}

/** A client of one kernel, over Jupyter's wire protocol 5. */
export class KernelClient {
  readonly #session = randomUUID();
  readonly #key: string;
  readonly #shell: Zmq.Dealer;
  readonly #control: Zmq.Dealer;
  readonly #iopub: Zmq.Subscriber;

  /** @param hear told of every message from iopub, and of every reply */
  constructor(zmq: typeof Zmq, info: ConnectionInfo, hear: (message: KernelMessage) => void) {
    const address = (port: number) => `tcp://${info.ip}:${port}`;
    this.#key = info.key;
    this.#shell = new zmq.Dealer({ linger: 0 });
    this.#control = new zmq.Dealer({ linger: 0 });
    this.#iopub = new zmq.Subscriber({ receiveHighWaterMark: 0, linger: 0 });
    this.#iopub.subscribe();
    this.#iopub.connect(address(info.iopub_port));
    this.#shell.connect(address(info.shell_port));
    this.#control.connect(address(info.control_port));
    for (const socket of [this.#iopub, this.#shell, this.#control]) void this.#listen(socket, hear);
  }

  async #listen(socket: AsyncIterable<Buffer[]>, hear: (message: KernelMessage) => void): Promise<void> {
    for await (const frames of socket) {
      const message = this.#decode(frames);
      if (message !== undefined) hear(message);
    }
  }

  #sign(parts: readonly (string | Buffer)[]): string {
    if (this.#key === "") return "";
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  }

  /** A message with a wrong signature is not the kernel's and is left out. */
  #decode(frames: readonly Buffer[]): KernelMessage | undefined {
    const at = frames.findIndex(frame => frame.toString("latin1") === delimiter);
    const [signature, ...parts] = frames.slice(at + 1, at + 6);
    if (at < 0 || parts.length < 4 || signature?.toString() !== this.#sign(parts)) return undefined;
    const [header, parent, , content] = parts.map(part => JSON.parse(part.toString()));
    return { type: header.msg_type, parent: parent?.msg_id ?? "", content };
  }

  /** Sends a request and gives its id, which its reply and all it makes the kernel say carry as `parent`. */
  send(channel: "shell" | "control", type: string, content: Json): string {
    const id = randomUUID();
    const date = new Date().toISOString();
    const header = { msg_id: id, session: this.#session, username: "rund-lab", date, msg_type: type, version: "5.4" };
    const parts = [header, {}, {}, content].map(part => JSON.stringify(part));
    const socket = channel === "shell" ? this.#shell : this.#control;
    // one request at a time: nothing waits in the socket, and a kernel that is gone is seen by its process
    socket.send([delimiter, this.#sign(parts), ...parts]).catch(() => {});
    return id;
  }

  close(): void {
    for (const socket of [this.#iopub, this.#shell, this.#control]) socket.close();
  }
}
