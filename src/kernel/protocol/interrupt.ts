import { Session as Inspector } from "node:inspector";
import { type Ask, type InterruptAsk, ThreadState } from "../channel/messages.js";

/** How long the main thread has to notice an interrupt by itself before its code is terminated. */
const graceMs = 60;

/** Code that does not pause is terminated after this multiple of `graceMs`, and the message is sent again. */
const patience = 4;

/**
 * Stops what the main thread is doing, from another thread.
 *
 * A main thread that waits (for a promise, a timer) takes the interrupt as a message and ends the cell. One that
 * computes does not look at its messages. If it comes to a check of compiled code, it finds the request in the shared
 * state and ends there (`run/stop/guard.ts`). Otherwise the inspector pauses it, and terminates the code when it resumes, which no
 * `catch` in a cell can prevent; then the message is seen. A termination may come late, and end the code that takes the message
 * or answers the request. So all of this is repeated until the request is answered.
 */
export class Interrupter {
  #inspector: Inspector | undefined;
  #turn = 0;
  #prepared = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param waits whether a request is not answered yet */
  constructor(
    private readonly ask: (message: Ask) => void,
    private readonly state: Int32Array,
    private readonly waits: (id: number) => boolean,
  ) {}

  /**
   * Connects to the main thread, which must not run a cell, unless this was done before.
   *
   * As a debugger, it is notified when memory is nearly used up, so that the cell ends and not the kernel.
   */
  connect(): void {
    if (this.#inspector !== undefined) return;
    const inspector = new Inspector();
    inspector.connectToMainThread();
    this.#inspector = inspector;
    inspector.on("Debugger.paused", ({ params: { reason } }) => {
      const full = (reason as string) === "OOM";
      if (full) this.interrupt(this.#prepared, "memory");
      // the main thread stands still now, so what it has seen is known: the pause may come after the message
      inspector.post("Debugger.resume", { terminateOnResume: full || (this.#unseen && !this.#compiling) });
    });
    inspector.post("Debugger.enable");
  }

  /**
   * Must be called before a cell is run.
   *
   * @param id the request that will run it
   */
  prepare(id: number): void {
    this.#prepared = id;
    this.connect();
  }

  /**
   * @param id the request to stop
   * @param why because a user asked for it, or because memory is nearly used up
   */
  interrupt(id: number, why: InterruptAsk["why"] = "asked"): void {
    const turn = ++this.#turn;
    this.ask({ ask: "interrupt", id, turn, why });
    clearInterval(this.#timer);
    let tries = 0;
    this.#timer = setInterval(() => {
      if (!this.waits(id)) return clearInterval(this.#timer);
      const last = ++tries % patience === 0;
      if (last) this.ask({ ask: "interrupt", id, turn, why });
      if (!this.#unseen || this.#compiling) return;
      if (why === "asked") Atomics.store(this.state, ThreadState.asked, id);
      // native code such as a regular expression does not pause
      this.#inspector?.post(last ? "Runtime.terminateExecution" : "Debugger.pause");
    }, graceMs);
  }

  /** Whether the main thread has not seen the last interrupt yet. */
  get #unseen(): boolean {
    return Atomics.load(this.state, ThreadState.handled) < this.#turn;
  }

  get #compiling(): boolean {
    return Atomics.load(this.state, ThreadState.compiling) === 1;
  }

  /** Lets go of the main thread, which would otherwise wait for the inspector before it exits. */
  close(): void {
    clearInterval(this.#timer);
    this.#inspector?.disconnect();
  }
}
