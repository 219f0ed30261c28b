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

/** Bytes that may be on their way until the other side says otherwise, and the most that it can be allowed. */
const usualWindow = 65_535;
const largestWindow = 2 ** 31 - 1;

/** Bytes that are read at a time. */
const readBytes = 65_536;

/** Bytes received after which the other side is allowed as many again. */
const windowRenewal = 2 ** 30;

const cancelCode = 8;

/** Reads the first 31 bits of a frame's content. */
const firstNumber = (content: Buffer): number => content.readUInt32BE(0) & 0x7f_ff_ff_ff;

/** What a client sends first, and the settings of this one: no pushed responses, and no limit to what may be sent. */
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

/** A request and what has come back so far. */
export interface Stream {
  /** The response's headers, and those after its end. */
  readonly headers: Headers;
  /** The body as it arrived; whoever reads it on the way may take pieces out. */
  readonly pieces: Buffer[];
  /** Stops waiting and tells the other side; `ended` is not called any more. */
  cancel(): void;
}

interface OpenStream {
  /** 0 as long as the request is not sent. */
  id: number;
  readonly head: Buffer;
  unsent: Buffer;
  /** Bytes of the body that the other side still allows. */
  window: number;
  headers: Headers;
  readonly pieces: Buffer[];
  readonly ended: (lost: Error | null) => void;
}

/**
 * A client's side of one HTTP/2 connection on a unix socket, with what gRPC needs of it (RFC 9113). One write sends a request,
 * and a response costs no object of Node's streams: by node:http2 a call costs five times as much CPU, which would be taken
 * from the runtimes that are measured.
 */
export class Http2Connection {
  readonly #socket: Socket;
  readonly #blocks = new HeaderBlocks();
  readonly #streams = new Map<number, OpenStream>();
  /** Requests that are not sent, or not as a whole, in order. */
  #waiting: OpenStream[] = [];
  #rest: Buffer = Buffer.alloc(0);
  /** A header block that goes on in the next frame. */
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
   * @param reading whether what arrives is read from the beginning on, not only from `read` on
   */
  constructor(path: string, reading = true) {
    // one buffer for all that arrives: an object of Node's streams for each piece costs more than the piece
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

  /** Reads what arrives from now on; what has arrived was kept by the kernel. */
  read(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }

  /**
   * Sends a request.
   *
   * @param head its header block
   * @param body not empty
   * @param ended is called once: when the response is complete, or with what prevented that
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

  /** Sends as much of the waiting requests as the other side allows. */
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

  /** The service takes no further requests on this connection; it has not seen those after the last that it names. */
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

  /** The connection is gone, and every request with it. */
  #end(): void {
    const lost = new Set([...this.#streams.values(), ...this.#waiting]);
    const error = this.#failure ?? new Error("the connection was closed");
    this.#streams.clear();
    this.#waiting = [];
    for (const { ended } of lost) ended(error);
  }
}
