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
  usualFrameBytes,
  word,
} from "./frames.js";
import { HeaderBlocks, type Headers } from "./header-block.js";

/** The flow-control window in bytes until the peer sets another one, and the largest possible window. */
const usualWindow = 65_535;
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
  frame(frameTypes.windowUpdate, 0, 0, word(largestWindow - usualWindow)),
]);

/** A request, and the part of its response that has arrived. */
export interface Stream {
  /** The response's headers, and those after its end. */
  readonly headers: Headers;
  /** The body in the pieces in which it arrived; a reader may remove pieces before the end. */
  readonly pieces: Buffer[];
  /** Stops waiting and cancels the request; `ended` is then not called. */
  cancel(): void;
}

interface OpenStream {
  /** 0 until the request is sent. */
  id: number;
  readonly head: Buffer;
  unsent: Buffer;
  /** Number of bytes of the body that the peer still accepts. */
  window: number;
  headers: Headers;
  readonly pieces: Buffer[];
  readonly ended: (lost: Error | null) => void;
}

/**
 * A client's side of one HTTP/2 connection on a unix socket, with the parts of HTTP/2 that gRPC needs (RFC 9113). It sends a
 * request in one write and creates no stream objects of Node for a response. With node:http2 a call costs five times as much CPU,
 * which the measured runtimes would lack.
 */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #blocks = new HeaderBlocks();
  readonly #streams = new Map<number, OpenStream>();
  /** Requests that are not sent yet, or only in part, in order. */
  #waiting: OpenStream[] = [];
  #rest: Buffer = Buffer.alloc(0);
  /** A header block that continues in the next frame. */
  #block: { readonly stream: number; readonly last: boolean; readonly pieces: Buffer[] } | null = null;
  #nextId = 1;
  #window = usualWindow;
  #streamWindow = usualWindow;
  #frameBytes = usualFrameBytes;
  #mostStreams = Number.POSITIVE_INFINITY;
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
    this.#socket.once("close", () => this.#end());
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
    this.#waiting.push(stream);
    this.#flush();
    return Object.assign(stream, {
      cancel: () => {
        this.#waiting = this.#waiting.filter(other => other !== stream);
        if (this.#streams.delete(stream.id)) this.#write(frame(frameTypes.reset, 0, stream.id, word(cancelCode)));
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
    if (this.#closing && this.#streams.size === 0 && this.#waiting.length === 0) this.#socket.destroy();
  }

  #write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Sends the waiting requests, as far as the peer's window allows. */
  #flush(): void {
    const frames: Buffer[] = [];
    for (const stream of this.#waiting) {
      if (this.#window === 0) break;
      if (stream.id === 0) {
        if (this.#streams.size >= this.#mostStreams) break;
        stream.id = this.#nextId;
        stream.window = this.#streamWindow;
        this.#nextId += 2;
        this.#streams.set(stream.id, stream);
        frames.push(frame(frameTypes.headers, frameFlags.endHeaders, stream.id, stream.head));
      }
      while (stream.unsent.length > 0) {
        const length = Math.min(stream.unsent.length, this.#frameBytes, stream.window, this.#window);
        if (length <= 0) break;
        const part = stream.unsent.subarray(0, length);
        stream.unsent = stream.unsent.subarray(length);
        stream.window -= length;
        this.#window -= length;
        frames.push(frame(frameTypes.data, stream.unsent.length === 0 ? frameFlags.endStream : 0, stream.id, part));
      }
    }
    if (frames.length === 0) return;
    this.#waiting = this.#waiting.filter(({ id, unsent }) => id === 0 || unsent.length > 0);
    this.#write(Buffer.concat(frames));
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
    } else if (type === frameTypes.settings && !acknowledged) this.#takeSettings(readSettings(content));
    else if (type === frameTypes.ping && !acknowledged)
      this.#write(frame(frameTypes.ping, frameFlags.acknowledged, 0, content));
    else if (type === frameTypes.goAway) this.#takeGoodbye(firstNumber(content));
    else if (type === frameTypes.windowUpdate) this.#allow(id, firstNumber(content));
  }

  #takeData(received: Frame): void {
    this.#streams.get(received.stream)?.pieces.push(bareContent(received));
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
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.headers = { ...stream.headers, ...headers };
    if (last) this.#finish(id, null);
  }

  #takeSettings(settings: ReadonlyMap<number, number>): void {
    this.#mostStreams = settings.get(settingNames.concurrentStreams) ?? this.#mostStreams;
    this.#frameBytes = settings.get(settingNames.frameBytes) ?? this.#frameBytes;
    const window = settings.get(settingNames.streamWindow) ?? this.#streamWindow;
    for (const stream of this.#streams.values()) stream.window += window - this.#streamWindow;
    this.#streamWindow = window;
    this.#write(frame(frameTypes.settings, frameFlags.acknowledged, 0, Buffer.alloc(0)));
    this.#flush();
  }

  /** Handles GOAWAY: the service accepts no further requests here, and has not seen those after the one that it names. */
  #takeGoodbye(last: number): void {
    this.#closing = true;
    const refused = [...this.#streams.keys()].filter(id => id > last);
    const unsent = this.#waiting.filter(({ id }) => id === 0);
    this.#waiting = this.#waiting.filter(({ id }) => id !== 0);
    const error = new Error("the service closed the connection");
    for (const id of refused) this.#finish(id, error);
    for (const { ended } of unsent) ended(error);
    this.#closeIfDone();
  }

  #allow(id: number, bytes: number): void {
    const stream = this.#streams.get(id);
    if (id === 0) this.#window += bytes;
    else if (stream !== undefined) stream.window += bytes;
    if (this.#waiting.length > 0) this.#flush();
  }

  #finish(id: number, lost: Error | null): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    if (stream.unsent.length > 0) this.#waiting = this.#waiting.filter(other => other !== stream);
    stream.ended(lost);
    if (this.#waiting.length > 0) this.#flush();
    this.#closeIfDone();
  }

  /** Ends every request, because the connection is closed. */
  #end(): void {
    const lost = new Set([...this.#streams.values(), ...this.#waiting]);
    const error = this.#failure ?? new Error("the connection was closed");
    this.#streams.clear();
    this.#waiting = [];
    for (const { ended } of lost) ended(error);
  }
}
