import { frame, frameFlags, frameTypes, initialFrameBytes, settingNames } from "./frames.js";

/** The flow-control window in bytes until the peer sets another one. */
export const initialWindow = 65_535;

/** A request, and the part of it that is not sent yet. */
export interface Outgoing {
  /** 0 until the request is sent. */
  id: number;
  readonly head: Buffer;
  unsent: Buffer;
  /** Number of bytes of the body that the peer still accepts. */
  window: number;
}

/** The requests of a connection, and the peer's current limits: the number of open requests, and its flow-control windows. */
export class Outbox<Request extends Outgoing> {
  /** Requests whose response is not complete, by their numbers. */
  readonly #open = new Map<number, Request>();
  /** Requests that are not sent yet, or only in part, in order. */
  #waiting: Request[] = [];
  #nextId = 1;
  #window = initialWindow;
  #streamWindow = initialWindow;
  #frameBytes = initialFrameBytes;
  #maxStreams = Number.POSITIVE_INFINITY;

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#waiting.length === 0;
  }

  add(request: Request): void {
    this.#waiting.push(request);
  }

  get(id: number): Request | undefined {
    return this.#open.get(id);
  }

  /** Forgets a request. @returns whether it was sent, at least in part */
  remove(request: Request): boolean {
    if (request.unsent.length > 0) this.#waiting = this.#waiting.filter(other => other !== request);
    return this.#open.delete(request.id);
  }

  /** Forgets the requests that the peer has not seen, which are those after `lastId`. @returns these requests */
  removeAfter(lastId: number): readonly Request[] {
    const unseen = [...this.#open.values(), ...this.#waiting].filter(({ id }) => id === 0 || id > lastId);
    for (const request of unseen) this.remove(request);
    return [...new Set(unseen)];
  }

  /** Increases the number of bytes that may be sent: of one request, or of the whole connection if the id is 0. */
  allow(id: number, bytes: number): void {
    const request = this.#open.get(id);
    if (id === 0) this.#window += bytes;
    else if (request !== undefined) request.window += bytes;
  }

  /** Applies the peer's settings. */
  set(settings: ReadonlyMap<number, number>): void {
    this.#maxStreams = settings.get(settingNames.concurrentStreams) ?? this.#maxStreams;
    this.#frameBytes = settings.get(settingNames.frameBytes) ?? this.#frameBytes;
    const window = settings.get(settingNames.streamWindow) ?? this.#streamWindow;
    for (const request of this.#open.values()) request.window += window - this.#streamWindow;
    this.#streamWindow = window;
  }

  /** Returns the frames that can be sent now. */
  frames(): readonly Buffer[] {
    const frames: Buffer[] = [];
    for (const request of this.#waiting) {
      if (this.#window === 0) break;
      if (request.id === 0) {
        if (this.#open.size >= this.#maxStreams) break;
        request.id = this.#nextId;
        request.window = this.#streamWindow;
        this.#nextId += 2;
        this.#open.set(request.id, request);
        frames.push(frame(frameTypes.headers, frameFlags.endHeaders, request.id, request.head));
      }
      while (request.unsent.length > 0) {
        const length = Math.min(request.unsent.length, this.#frameBytes, request.window, this.#window);
        if (length <= 0) break;
        const part = request.unsent.subarray(0, length);
        request.unsent = request.unsent.subarray(length);
        request.window -= length;
        this.#window -= length;
        frames.push(frame(frameTypes.data, request.unsent.length === 0 ? frameFlags.endStream : 0, request.id, part));
      }
    }
    if (frames.length > 0) this.#waiting = this.#waiting.filter(({ id, unsent }) => id === 0 || unsent.length > 0);
    return frames;
  }
}
