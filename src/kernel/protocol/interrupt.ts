import { Session as Inspector } from "node:inspector";
import { type Ask, ThreadState } from "../channel/messages.js";

/** How long the main thread has to notice an interrupt by itself before it is torn out of what it runs. */
const graceMs = 60;

/**
 * Stops what the main thread is doing, from another thread.
 *
 * A main thread that waits (for a promise, a timer) takes the interrupt as a message and ends the cell. One that
 * computes does not look at its messages. If it comes to a check of compiled code, it finds the request in the shared
 * state and ends there (`run/guard.ts`). Else the inspector terminates the code it runs, which no `catch` in a cell can
 * prevent; then the message is seen. This continues until it is.
 */
export class Interrupter {
  #inspector: Inspector | undefined;
  #turn = 0;
  #prepared = 0;
  /** Whether the main thread is asked to pause, to be terminated there. */
  #pausing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ask: (message: Ask) => void,
    private readonly state: Int32Array,
  ) {}

  /**
   * Connects to the main thread, which must not be busy. To be called before a cell is run.
   *
   * As a debugger, it hears of memory that is nearly used up: the cell ends then, and not the kernel.
   *
   * @param id the request that will run it
   */
  prepare(id: number): void {
    this.#prepared = id;
    if (this.#inspector !== undefined) return;
    const inspector = new Inspector();
    inspector.connectToMainThread();
    this.#inspector = inspector;
    inspector.on("Debugger.paused", ({ params: { reason } }) => {
      if ((reason as string) === "OOM") this.interrupt(this.#prepared, "memory");
      inspector.post("Debugger.resume", { terminateOnResume: this.#pausing });
      this.#pausing = false;
    });
    inspector.post("Debugger.enable");
  }

  /**
   * @param id the request to stop
   * @param why because a user asked for it, or because memory is nearly used up
   */
  interrupt(id: number, why: "asked" | "memory" = "asked"): void {
    const turn = ++this.#turn;
    this.ask({ ask: "interrupt", id, turn, why });
    clearInterval(this.#timer);
    if (why === "memory") this.#terminate();
    this.#timer = setInterval(() => {
      if (Atomics.load(this.state, ThreadState.handled) >= turn) return clearInterval(this.#timer);
      if (Atomics.load(this.state, ThreadState.compiling) === 1) return;
      if (why === "asked") Atomics.store(this.state, ThreadState.asked, id);
      this.#terminate();
    }, graceMs);
  }

  /**
   * Terminates what the main thread runs. V8 loses this request if it meets one of Node's promise hooks, and refuses further
   * ones because that one is open. Then the thread is paused where it runs, and terminated when it resumes.
   */
  #terminate(): void {
    this.#inspector?.post("Runtime.terminateExecution", refused => {
      if (refused === null) return;
      this.#pausing = true;
      this.#inspector?.post("Debugger.pause");
    });
  }

  /** Lets go of the main thread, which would otherwise wait for the inspector before it exits. */
  close(): void {
    clearInterval(this.#timer);
    this.#inspector?.disconnect();
  }
}
