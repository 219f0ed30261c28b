import { Session as Inspector } from "node:inspector";
import { type Ask, type InterruptAsk, ThreadState } from "../channel/messages.js";

/** How long the main thread has to notice an interrupt by itself before its code is terminated. */
const graceMs = 60;

/** Code that does not pause is terminated after this multiple of `graceMs`, and the message is sent again. */
const patience = 4;

/**
 * Stops what the main thread is doing, from another thread.
 *
 * A main thread that waits (for a promise, a timer) receives the interrupt as a message and ends the cell. One that
 * computes does not read its messages. If it comes to a check of compiled code, it finds the request in the shared
 * state and ends there (`run/stop/guard.ts`). Otherwise the inspector pauses it, and terminates the code when it resumes, which no
 * `catch` in a cell can prevent. A termination may come late and end the code that takes the message or answers the request, so
 * all of this is repeated until the request is answered.
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
   * Connects to the main thread, unless it is connected already. No cell may run meanwhile.
   *
   * A debugger is notified when memory is nearly used up, so the cell can be ended before V8 ends the kernel.
   */
  connect(): void {
    if (this.#inspector !== undefined) return;
    const inspector = new Inspector();
    inspector.connectToMainThread();
    this.#inspector = inspector;
    inspector.on("Debugger.paused", ({ params: { reason } }) => {
      const full = (reason as string) === "OOM";
      if (full) this.interrupt(this.#prepared, "memory");
      // the main thread is paused, so the state cannot change: it may have read the message before the pause
      inspector.post("Debugger.resume", { terminateOnResume: full || (this.#unseen && !this.#compiling) });
    });
    inspector.post("Debugger.enable");
  }

  /**
   * Prepares for an interrupt of a request. Must be called before the request's code runs.
   *
   * @param id the request's number
   */
  prepare(id: number): void {
    this.#prepared = id;
    this.connect();
  }

  /**
   * Stops a request.
   *
   * @param why `asked` if a user asked for it, `memory` if memory is nearly used up
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

  /** Disconnects from the main thread, which would otherwise wait for the inspector before it exits. */
  close(): void {
    clearInterval(this.#timer);
    this.#inspector?.disconnect();
  }
}
