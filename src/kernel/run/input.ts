import { Readable } from "node:stream";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { ThreadState } from "../channel/messages.js";
import type { Origin } from "./stop/origins.js";

/** The error of a cell that asks for input although the front end accepts none. */
class InputNotAllowed extends Error {
  override readonly name = "InputNotAllowed";
}

/**
 * Asks the front end for lines of text, if it accepts requests for input.
 *
 * `prompt` waits as in a browser: the thread is blocked until the answer arrives. Reading `process.stdin`, as readline does, does
 * not block other work.
 */
export class Input {
  #waiting: ((line: string) => void) | undefined;
  /** Each cell has its own stdin, so that text that one cell has not read does not reach the next. */
  readonly #streams = new WeakMap<object, Readable>();

  /**
   * @param request sends a request for input in the name of a cell
   * @param answers provides the lines; `ThreadState.input` is 1 when one has arrived
   * @param current returns the cell to which code belongs
   * @param refuse ends the cell that reads stdin if nobody can answer, because readline would wait for ever
   */
  constructor(
    private readonly request: (cell: number, prompt: string) => void,
    private readonly answers: MessagePort,
    private readonly state: Int32Array,
    private readonly current: () => Origin | undefined,
    private readonly refuse: (error: unknown) => void,
  ) {
    answers.on("message", (line: string) => this.#waiting?.(line));
    answers.unref();
  }

  /** Makes `prompt`, `confirm`, `alert` and `process.stdin` ask the front end. */
  install(): void {
    const prompt = (message = "", value?: string) => {
      const line = this.#wait(`${message} `);
      return line === "" && value !== undefined ? value : line;
    };
    const confirm = (message = "") => /^y(es)?$/i.test(this.#wait(`${message} [y/N] `).trim());
    const alert = (message = "") => console.log(message);
    Object.assign(globalThis, { prompt, confirm, alert });
    Object.defineProperty(process, "stdin", {
      configurable: true,
      enumerable: true,
      get: () => {
        const cell = this.current() ?? this;
        const known = this.#streams.get(cell);
        if (known !== undefined && !known.destroyed) return known;
        const stdin = this.#stream();
        this.#streams.set(cell, stdin);
        return stdin;
      },
    });
  }

  #stream(): Readable {
    const input = this;
    return new Readable({
      read() {
        const ask = () => {
          // a reader that has enough stops the stream, so the front end is not asked for more
          if (this.isPaused()) return void this.once("resume", ask);
          try {
            input.#ask(line => this.push(`${line}\n`));
          } catch (error) {
            input.refuse(error);
            this.destroy();
          }
        };
        setImmediate(ask);
      },
    });
  }

  #begin(prompt: string): void {
    const origin = this.current();
    if (origin === undefined || !origin.open || !origin.input) {
      const why = origin?.open === false ? "the cell that asks has ended" : "the front end accepts no input";
      throw new InputNotAllowed(`${why}; set the value in a cell, or run the notebook in Jupyter`);
    }
    // an answer that comes after an interrupt is dropped
    while (receiveMessageOnPort(this.answers) !== undefined);
    Atomics.store(this.state, ThreadState.input, 0);
    this.request(origin.cell, prompt);
  }

  #ask(answer: (line: string) => void): void {
    this.#begin("");
    this.#waiting = line => {
      this.#waiting = undefined;
      answer(line);
    };
  }

  #wait(prompt: string): string {
    this.#begin(prompt);
    while (Atomics.load(this.state, ThreadState.input) === 0) Atomics.wait(this.state, ThreadState.input, 0);
    return String((receiveMessageOnPort(this.answers) as { message: unknown }).message);
  }
}
