import type { MessageLike } from "zeromq";

type Frames = readonly MessageLike[];

/**
 * Sends one message after the other. A ZeroMQ socket accepts the next message only when the last is queued. Nothing is dropped,
 * and the order is kept.
 */
export class Outbox {
  readonly #waiting: Frames[] = [];
  #next = 0;
  #sending: Promise<void> | undefined;

  constructor(
    private readonly socket: { send(frames: MessageLike[]): Promise<void> },
    private readonly failed: (error: unknown) => void,
  ) {}

  send(frames: Frames): void {
    this.#waiting.push(frames);
    this.#sending ??= this.#run();
  }

  /** Number of messages that are not sent yet. */
  get waiting(): number {
    return this.#waiting.length - this.#next;
  }

  /** Resolves when all messages so far are queued in the socket. */
  async empty(): Promise<void> {
    await this.#sending;
  }

  async #run(): Promise<void> {
    // without shift(), which would move all messages each time
    for (; this.#next < this.#waiting.length; this.#next++) {
      try {
        await this.socket.send([...this.#waiting[this.#next]!]);
      } catch (error) {
        this.failed(error);
      }
    }
    this.#waiting.length = 0;
    this.#next = 0;
    this.#sending = undefined;
  }
}
