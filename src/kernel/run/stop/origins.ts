import { AsyncLocalStorage } from "node:async_hooks";
import { Interrupted } from "./interrupted.js";
import { Resources } from "./resources.js";

/** The cell that started code, however late the code runs. */
export interface Origin {
  readonly cell: number;
  /** The cell's name in stack traces. */
  readonly name: string;
  readonly silent: boolean;
  /** Whether its front end answers requests for input. */
  readonly input: boolean;
  /** Whether the cell is still running; false after its reply. */
  open: boolean;
  /** Failures outside the cell's own code while it was running. */
  readonly failures: unknown[];
  /** When it was interrupted, in milliseconds of `performance.now()`. */
  interruptedAt?: number;
  /** What it has started, to be closed when it is interrupted. */
  readonly resources: Resources;
  /** Ends its fetches. */
  abort?: AbortController;
}

/** Returns the origin of a new cell. */
export const newOrigin = (cell: number, name: string, silent: boolean, input: boolean): Origin => ({
  cell,
  name,
  silent,
  input,
  open: true,
  failures: [],
  resources: new Resources(),
});

/**
 * Records which cell runs, and turns events for which Node would end the process (an unhandled rejection, an exception in a
 * timer, `process.exit`) into a failure of the cell from which they come.
 */
export class Origins {
  readonly #storage = new AsyncLocalStorage<Origin>();
  readonly #seen = new WeakSet<object>();
  /** The cell that was started last. */
  latest: Origin | undefined;

  /** @param late called with a failure of a cell that has ended */
  constructor(private readonly late: (origin: Origin, failure: unknown) => void) {}

  /** The cell in whose asynchronous context this code runs. */
  get inContext(): Origin | undefined {
    return this.#storage.getStore();
  }

  /** The cell to which this code belongs: without an asynchronous context, the one that was started last. */
  get current(): Origin | undefined {
    return this.#storage.getStore() ?? this.latest;
  }

  run(origin: Origin, work: () => void): void {
    this.latest = origin;
    this.#storage.run(origin, work);
  }

  /** Runs the kernel's own work for a cell, so that work started by it belongs to the cell. */
  runFor(origin: Origin, work: () => void): void {
    this.#storage.run(origin, work);
  }

  /** Makes the process outlive its cells from now on. */
  install(): void {
    process.on("uncaughtException", error => this.fail(error));
    process.on("unhandledRejection", reason => this.fail(reason));
    this.#keepListeners();
    const refuse = (call: string): never => {
      const exit = new ProcessExit(`${call} was called; the kernel keeps running`);
      this.fail(exit);
      throw exit;
    };
    process.exit = (code?: number | string | null) => refuse(`process.exit(${code ?? ""})`);
    process.abort = () => refuse("process.abort()");
    // Node does not report who sets process.exitCode, so a value is attributed to the cell that was started last
    setInterval(() => this.checkExitCode(), 250).unref();
  }

  /**
   * Keeps the kernel's own listeners when a cell or a library removes all listeners. They must not be removed even for a moment:
   * without a listener of SIGINT, the signal thread would not receive the signal either.
   */
  #keepListeners(): void {
    const kept = new Map(
      // with the first two, Node itself tracks the listeners of signals
      ["newListener", "removeListener", "uncaughtException", "unhandledRejection", "SIGINT"].map(event => [
        event as string | symbol,
        new Set(process.rawListeners(event)),
      ]),
    );
    const removeAll = process.removeAllListeners.bind(process) as (event: string | symbol) => void;
    process.removeAllListeners = (...given: (string | symbol)[]) => {
      for (const event of given.length > 0 ? given : process.eventNames()) {
        const own = kept.get(event);
        if (own === undefined) removeAll(event);
        else {
          const others = process.rawListeners(event).filter(listener => !own.has(listener));
          for (const listener of others) process.off(event, listener as () => void);
        }
      }
      return process;
    };
  }

  checkExitCode(): void {
    const { exitCode } = process;
    if (exitCode === undefined || exitCode === 0) return;
    process.exitCode = undefined;
    this.fail(new ProcessExit(`process.exitCode was set to ${exitCode}`));
  }

  fail(failure: unknown): void {
    if (typeof failure === "object" && failure !== null) {
      // process.exit is reported when it is called, and again when its exception arrives
      if (this.#seen.has(failure)) return;
      this.#seen.add(failure);
    }
    const origin = this.current;
    // failures of an interrupted cell's code are not reported
    if (origin === undefined || origin.interruptedAt !== undefined || failure instanceof Interrupted) return;
    if (origin.open) origin.failures.push(failure);
    else this.late(origin, failure);
  }
}

/** The error of a cell that asked the process to end. */
export class ProcessExit extends Error {
  override readonly name = "ProcessExit";
}
