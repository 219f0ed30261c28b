import { connect, type Socket } from "node:net";
import {
  bareContent,
  type Frame,
  frame,
  frameFlags,
  frameTypes,
  readFrames,
  readSettings,
  settingNames,
  settingsContent,
  word,
} from "./frames.js";
import { HeaderBlocks, type Headers } from "./header-block.js";
import { initialWindow, Outbox, type Outgoing } from "./outbox.js";

/** The largest possible flow-control window in bytes. */
const largestWindow = 2 ** 31 - 1;

/** Bytes that are read at a time. */
const readBytes = 65_536;

/** Number of received bytes after which the peer's window is renewed. */
const windowRenewal = 2 ** 30;

const cancelCode = 8;

/** Reads the first 31 bits of a frame's content. */
const firstNumber = (content: Buffer): number => content.readUInt32BE(0) & 0x7f_ff_ff_ff;

/** The first bytes of a client, with this client's settings: no pushed responses, and no limit on the data that the peer sends. */
const opening = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  frame(
    frameTypes.settings,
    0,
    0,
    settingsContent([
      [settingNames.enablePush, 0],
      [settingNames.streamWindow, largestWindow],
    ]),
  ),
  frame(frameTypes.windowUpdate, 0, 0, word(largestWindow - initialWindow)),
]);

/** A request, and the part of its response that has arrived. */
export interface Stream {
  /** The response's headers and trailers. */
  readonly headers: Headers;
  /** The body in the pieces in which it arrived; a reader may remove pieces before the end. */
  readonly pieces: Buffer[];
  /** Stops waiting and cancels the request; `ended` is then not called. */
  cancel(): void;
}

interface OpenStream extends Outgoing {
  headers: Headers;
  readonly pieces: Buffer[];
  readonly ended: (lost: Error | null) => void;
}

/**
 * A client's side of one HTTP/2 connection on a unix socket, with the parts of HTTP/2 that gRPC needs (RFC 9113). It sends a
 * request in one write and creates no stream objects of Node for a response. With node:http2, a call needs five times as much
 * CPU, which would be taken from the measured runtimes.
 */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #blocks = new HeaderBlocks();
  readonly #outbox = new Outbox<OpenStream>();
  #rest: Buffer = Buffer.alloc(0);
  /** A header block that continues in the next frame. */
  #block: { readonly stream: number; readonly last: boolean; readonly pieces: Buffer[] } | null = null;
  #received = 0;
  #closing = false;
  #failure: Error | null = null;

  /**
   * Connects. The connection does not keep the program alive; a failure ends each request.
   *
   * @param reading whether arriving data is read at once; otherwise only after `read` is called
   */
  constructor(path: string, reading = true) {
    // one buffer for all arriving data, because a stream object of Node for each piece costs more than the piece
    const onread = {
      buffer: Buffer.allocUnsafe(readBytes),
      callback: (length: number, buffer: Uint8Array) => {
        this.#receive(Buffer.from(buffer.subarray(0, length)));
        return true;
      },
    };
    this.#socket = connect({ path, onread }).unref();
    if (!reading) this.#socket.pause();
    this.#socket.on("error", error => {
      this.#failure ??= error;
    });
    this.#socket.once("close", () => this.#endAfter(-1, this.#failure ?? new Error("the connection was closed")));
    this.#socket.write(opening);
  }

  /** Whether a request can be sent. */
  get usable(): boolean {
    return !this.#closing && !this.#socket.destroyed;
  }

  /** Begins to read. The kernel has kept the data that arrived before. */
  read(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  /**
   * Sends a request.
   *
   * @param head its header block
   * @param body not empty
   * @param ended called once: with null when the response is complete, otherwise with the reason
   */
  send(head: Buffer, body: Buffer, ended: (lost: Error | null) => void): Stream {
    const stream: OpenStream = { id: 0, head, unsent: body, window: 0, headers: {}, pieces: [], ended };
    this.#outbox.add(stream);
    this.#flush();
    return Object.assign(stream, {
      cancel: () => {
        if (this.#outbox.remove(stream)) this.#write(frame(frameTypes.reset, 0, stream.id, word(cancelCode)));
        this.#closeIfDone();
      },
    });
  }

  /** Closes the connection once its requests have ended. */
  close(): void {
    this.#closing = true;
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#closing && this.#outbox.isEmpty) this.#socket.destroy();
  }

  #write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Sends the waiting requests, as far as the peer accepts them. */
  #flush(): void {
    const frames = this.#outbox.frames();
    if (frames.length > 0) this.#write(Buffer.concat(frames));
  }

  #receive(bytes: Buffer): void {
    try {
      const { frames, rest } = readFrames(this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]));
      this.#rest = rest;
      for (const each of frames) this.#handle(each);
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #handle(received: Frame): void {
    const { type, flags, stream: id, content } = received;
    const acknowledged = (flags & frameFlags.acknowledged) !== 0;
    if (type === frameTypes.data) this.#takeData(received);
    else if (type === frameTypes.headers) {
      this.#block = { stream: id, last: (flags & frameFlags.endStream) !== 0, pieces: [bareContent(received)] };
      this.#takeHeaders(flags);
    } else if (type === frameTypes.continuation) {
      this.#block?.pieces.push(content);
      this.#takeHeaders(flags);
    } else if (type === frameTypes.reset) {
      this.#finish(id, new Error(`the service ended the request with HTTP/2 code ${content.readUInt32BE(0)}`));
    } else if (type === frameTypes.settings && !acknowledged) {
      this.#outbox.set(readSettings(content));
      this.#write(frame(frameTypes.settings, frameFlags.acknowledged, 0, Buffer.alloc(0)));
      this.#flush();
    } else if (type === frameTypes.ping && !acknowledged)
      this.#write(frame(frameTypes.ping, frameFlags.acknowledged, 0, content));
    else if (type === frameTypes.goAway) {
      // the service accepts no further requests, and has not seen the requests after the one that this frame names
      this.#closing = true;
      this.#endAfter(firstNumber(content), new Error("the service closed the connection"));
      this.#closeIfDone();
    } else if (type === frameTypes.windowUpdate) {
      this.#outbox.allow(id, firstNumber(content));
      this.#flush();
    }
  }

  #takeData(received: Frame): void {
    this.#outbox.get(received.stream)?.pieces.push(bareContent(received));
    this.#received += received.content.length;
    if (this.#received >= windowRenewal) {
      this.#write(frame(frameTypes.windowUpdate, 0, 0, word(this.#received)));
      this.#received = 0;
    }
    if ((received.flags & frameFlags.endStream) !== 0) this.#finish(received.stream, null);
  }

  #takeHeaders(flags: number): void {
    if (this.#block === null || (flags & frameFlags.endHeaders) === 0) return;
    const { stream: id, last, pieces } = this.#block;
    this.#block = null;
    const headers = this.#blocks.read(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
    const stream = this.#outbox.get(id);
    if (stream !== undefined) stream.headers = { ...stream.headers, ...headers };
    if (last) this.#finish(id, null);
  }

  #finish(id: number, lost: Error | null): void {
    const stream = this.#outbox.get(id);
    if (stream === undefined) return;
    this.#outbox.remove(stream);
    stream.ended(lost);
    this.#flush();
    this.#closeIfDone();
  }

  /** Ends the requests that the peer has not seen. @param lastId the last request that it has seen; −1 ends all */
  #endAfter(lastId: number, lost: Error): void {
    for (const { ended } of this.#outbox.removeAfter(lastId)) ended(lost);
  }
}
