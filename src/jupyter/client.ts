import { randomUUID } from "node:crypto";
import type * as Zmq from "zeromq";
import { LabError } from "../model/errors.js";
import type { JsonObject } from "./nbformat.js";
import { decode, encode } from "./wire.js";

/** Where a kernel listens, from its connection file. */
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
  /** Id of the request that it answers; empty if there is none. */
  readonly parent: string;
  readonly content: JsonObject;
  readonly buffers: readonly Buffer[];
}

/** Returns the package `zeromq`, which only programs that run kernels need. */
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
  readonly #sockets: { readonly [channel in "shell" | "control" | "stdin"]: Zmq.Dealer };
  readonly #iopub: Zmq.Subscriber;

  /**
   * @param onMessage called with every message from iopub, every reply, and every request for input
   * @param routingId identifies the client to the kernel; a client that reconnects with the same id takes over the connection
   */
  constructor(
    zmq: typeof Zmq,
    info: ConnectionInfo,
    onMessage: (message: KernelMessage) => void,
    routingId: string = randomUUID(),
  ) {
    const address = (port: number) => `tcp://${info.ip}:${port}`;
    this.#key = info.key;
    const dealer = (port: number) => {
      const socket = new zmq.Dealer({ linger: 0, routingId });
      socket.connect(address(port));
      return socket;
    };
    this.#sockets = {
      shell: dealer(info.shell_port),
      control: dealer(info.control_port),
      stdin: dealer(info.stdin_port),
    };
    this.#iopub = new zmq.Subscriber({ receiveHighWaterMark: 0, linger: 0 });
    this.#iopub.subscribe();
    this.#iopub.connect(address(info.iopub_port));
    for (const socket of [this.#iopub, ...Object.values(this.#sockets)]) void this.#listen(socket, onMessage);
  }

  async #listen(socket: AsyncIterable<Buffer[]>, onMessage: (message: KernelMessage) => void): Promise<void> {
    for await (const frames of socket) {
      const message = decode(this.#key, frames);
      // a message with a wrong signature is not from the kernel
      if ("ignored" in message) continue;
      const { header, parent, content, buffers } = message;
      onMessage({ type: header.msg_type, parent: parent.msg_id ?? "", content, buffers });
    }
  }

  /** Sends a message and returns its id, which its reply and all messages caused by it have as `parent`. */
  send(
    channel: "shell" | "control" | "stdin",
    type: string,
    content: JsonObject,
    buffers: readonly Uint8Array[] = [],
  ): string {
    const id = randomUUID();
    const message = { type, parent: {}, content, prefix: [], id, username: "rund-lab", buffers };
    // one request is sent at a time, so none waits in the socket; if the kernel has died, the end of its process shows it
    this.#sockets[channel].send(encode(this.#key, this.#session, message) as Zmq.MessageLike[]).catch(() => {});
    return id;
  }

  close(): void {
    for (const socket of [this.#iopub, ...Object.values(this.#sockets)]) socket.close();
  }
}
