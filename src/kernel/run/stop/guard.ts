import { executionAsyncResource } from "node:async_hooks";
import { ThreadState } from "../../channel/messages.js";
import { withoutGuards } from "../../compile/guards.js";
import { Interrupted } from "./interrupted.js";
import type { Origin } from "./origins.js";

/** Maximum number of exceptions that refuse code of an interrupted cell. Code that still catches them and retries then waits for ever. */
const refusals = 1000;

/** The guard that compiled code calls before it continues (`compile/guards.ts`). */
export class Guard {
  /** The value of the `await` that is being checked. */
  value: unknown;
  #refused = 0;
  #alive = 0;
  readonly #gone = new FinalizationRegistry<void>(() => {
    this.#alive--;
  });

  /**
   * @param current returns the cell in whose asynchronous context code runs
   * @param state the array that `ThreadState` describes
   * @param stop called with the id of the request to stop; must clear `ThreadState.asked`
   */
  constructor(
    readonly current: () => Origin | undefined,
    private readonly state: Int32Array,
    private readonly stop: (id: number) => void,
  ) {}

  /** Whether there may be code of an interrupted cell; while there is none, a check only reads this field. */
  get halted(): boolean {
    return this.#alive > 0 || this.state[ThreadState.asked] !== 0;
  }

  /** Refuses all code that runs in a cell's context from now on, until nothing refers to the context any more. */
  halt(origin: Origin): void {
    this.#refused = 0;
    this.#alive++;
    this.#gone.register(origin);
  }

  /** Whether the cell in whose context this runs was interrupted. */
  ended(): boolean {
    // a loop of promises keeps the main thread from reading its messages
    const asked = Atomics.load(this.state, ThreadState.asked);
    if (asked !== 0) this.stop(asked);
    return this.current()?.interruptedAt !== undefined;
  }

  /** Leaves a function. @throws Interrupted */
  leave(): never {
    const resource: object = executionAsyncResource();
    // an interval would continue to call refused code
    if ("_repeat" in resource) clearTimeout(resource as unknown as NodeJS.Timeout);
    throw new Interrupted();
  }

  /**
   * Leaves an async function.
   *
   * @throws Interrupted, 1,000 times for one interrupt; after that, its promise never settles
   */
  rest(): Promise<never> {
    if (++this.#refused <= refusals) this.leave();
    return new Promise(() => {});
  }
}

/** Makes functions return their text as it was written, because other threads and pages that run the text have no guard. */
export function hideGuards(): void {
  Function.prototype.toString = new Proxy(Function.prototype.toString, {
    apply: (target, self, args) => withoutGuards(Reflect.apply(target, self, args) as string),
  });
}
