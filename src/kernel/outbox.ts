import type { MessageLike } from "zeromq";

type Frames = readonly MessageLike[];

/**
 * Sends one message after the other: a ZeroMQ socket takes the next one only when the last is queued, and refuses it
 * before. Nothing is dropped, and the order is kept.
 */
export class Outbox {
  readonly #waiting: Frames[] = [];
  #sending: Promise<void> | undefined;

  constructor(
    private readonly socket: { send(frames: MessageLike[]): Promise<void> },
    private readonly failed: (error: unknown) => void,
  ) {}

  send(frames: Frames): void {
    this.#waiting.push(frames);
    this.#sending ??= this.#run();
  }

  /** Resolves when everything handed in so far is queued in the socket. */
  async empty(): Promise<void> {
    await this.#sending;
  }

  async #run(): Promise<void> {
    // no shift(): with thousands waiting it would move them all each time
    for (let next = 0; next < this.#waiting.length; next++) {
      try {
        await this.socket.send([...this.#waiting[next]!]);
      } catch (error) {
        this.failed(error);
      }
    }
    this.#waiting.length = 0;
    this.#sending = undefined;
  }
}
