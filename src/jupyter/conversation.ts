import { LabError } from "../model/errors.js";
import { KernelClient, type KernelMessage, loadZeroMq } from "./client.js";
import { KernelProcess } from "./kernel-process.js";
import type { KernelCommand } from "./kernelspecs.js";
import type { CodeCell, JsonObject } from "./nbformat.js";
import { CellOutputs, type DisplayedOutputs } from "./outputs.js";
import { hasTag } from "./parameters.js";

/** A code cell by position in its notebook, from 1, text cells included, and by id. */
interface CellPosition {
  readonly cell: number;
  readonly id: string;
}

/** The failure of a cell. */
export interface CellFailure extends CellPosition {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** The kernel in which cells run, and its limits. */
export interface ConversationOptions {
  readonly kernel: KernelCommand;
  /** The kernel's working directory: the notebook's folder. */
  readonly cwd: string;
  /** Limit for each cell. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the run at once, with a failure. */
  readonly abort?: AbortSignal;
}

const defaultTimeoutMs = 600_000;
/** Maximum time until a kernel answers its first request. */
const startMs = 60_000;
/** Returns the milliseconds for which messages are still read after a kernel died. If V8 aborted it, the reason arrives late. */
const lastMessagesMs = (how: string): number => (/SIG(ABRT|ILL|TRAP)/.test(how) ? 2000 : 200);
/** Maximum time until an interrupted cell ends, and until a kernel shuts down. */
const graceMs = 2000;

/** A cell whose request has been sent. */
interface Sent {
  readonly place: CellPosition;
  readonly outputs: CellOutputs;
  readonly mayFail: boolean;
  reply?: JsonObject;
  idle: boolean;
  failure?: CellFailure;
  /** Called when the reply and the idle status have arrived. */
  done(): void;
}

/** Runs cells one after the other in a kernel of its own, from the kernel's start to its end. */
export class Conversation {
  readonly #process: KernelProcess;
  readonly #client: KernelClient;
  readonly #sent = new Map<string, Sent>();
  readonly #replies = new Map<string, (content: JsonObject) => void>();
  readonly #displays: DisplayedOutputs = new Map();
  #iopubWorks = false;
  /** The end of the kernel's process, in words that complete "the kernel …"; undefined while it runs. */
  #dead: string | undefined;
  #late: CellFailure | undefined;

  static async start(options: ConversationOptions): Promise<Conversation> {
    const zmq = await loadZeroMq();
    const { process: started, connection } = await KernelProcess.start(
      options.kernel,
      options.cwd,
      options.env ?? process.env,
    );
    return new Conversation(options, started, onMessage => new KernelClient(zmq, connection, onMessage));
  }

  private constructor(
    private readonly options: ConversationOptions,
    started: KernelProcess,
    connect: (onMessage: (message: KernelMessage) => void) => KernelClient,
  ) {
    this.#process = started;
    this.#client = connect(message => this.#receive(message));
    void started.ended.then(how => {
      this.#dead = how;
    });
    options.abort?.addEventListener("abort", this.#kill);
    if (options.abort?.aborted) this.#kill();
  }

  readonly #kill = () => this.#process.signal("SIGKILL");

  /** The first error that a cell caused after its end. */
  get lateFailure(): CellFailure | undefined {
    return this.#late;
  }

  #receive({ type, parent, content }: KernelMessage): void {
    const sent = this.#sent.get(parent);
    if (type.endsWith("_reply")) {
      this.#replies.get(parent)?.(content);
      if (sent !== undefined) sent.reply = content;
    } else {
      this.#iopubWorks = true;
      if (sent === undefined) return;
      if (type === "status") sent.idle ||= content.execution_state === "idle";
      else sent.outputs.add({ type, content });
      if (type === "error" && !sent.mayFail) this.#noteError(sent, content);
    }
    if (sent?.reply !== undefined && sent.idle) sent.done();
  }

  #noteError(sent: Sent, { ename, evalue, traceback }: JsonObject): void {
    const failure = { ...sent.place, ename, evalue, traceback } as CellFailure;
    if (sent.idle) this.#late ??= failure;
    else sent.failure ??= failure;
  }

  /**
   * Sends requests until the kernel answers and its iopub messages arrive: messages that are published before a subscription
   * takes effect are lost.
   *
   * @returns the content of its kernel_info_reply
   * @throws LabError `RUND_KERNEL_START` (machine) if it does not answer
   */
  async ready(): Promise<JsonObject> {
    const deadline = performance.now() + startMs;
    for (;;) {
      const id = this.#client.send("shell", "kernel_info_request", {});
      const info = await this.#within<JsonObject>(500, done => this.#replies.set(id, done));
      if (info !== undefined && this.#iopubWorks) {
        // a kernel that compiles loads its compiler for this request, so that the first cell's time does not include that
        const completion = this.#client.send("shell", "complete_request", { code: "", cursor_pos: 0 });
        await this.#within<JsonObject>(deadline - performance.now(), done => this.#replies.set(completion, done));
        if (this.#dead === undefined) {
          this.#process.removeFiles();
          return info;
        }
      }
      const silent = performance.now() > deadline ? "does not answer" : undefined;
      const why = this.#dead === undefined ? silent : `${this.#dead} before it answered`;
      if (why === undefined) continue;
      const log = this.#process.log();
      throw new LabError("RUND_KERNEL_START", "machine", `the kernel ${why}`, {
        where: `kernel ${this.options.kernel.name}`,
        ...(log !== "" && { hint: `its log ends with: ${log}` }),
      });
    }
  }

  /** Waits for the callback that `register` gets, and returns its argument; undefined after `ms`, or if the kernel dies. */
  #within<T>(ms: number, register: (done: (value: T) => void) => void): Promise<T | undefined> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms, undefined);
      register(value => {
        clearTimeout(timer);
        resolve(value);
      });
      void this.#process.ended.then(how => {
        clearTimeout(timer);
        setTimeout(resolve, lastMessagesMs(how), undefined);
      });
    });
  }

  /**
   * Runs a cell to its end.
   *
   * @param at its position in the notebook, from 1
   */
  async run(cell: CodeCell, at: number): Promise<{ cell: CodeCell; failed?: CellFailure }> {
    const place = { cell: at, id: cell.id };
    const { timeoutMs = defaultTimeoutMs } = this.options;
    const outputs = new CellOutputs(this.#displays);
    const mayFail = hasTag(cell, "raises-exception");
    const sent: Sent = { place, outputs, mayFail, idle: false, done() {} };
    this.#sent.set(this.#client.send("shell", "execute_request", executeRequest(cell.source)), sent);
    const end = (ms: number) =>
      this.#within<true>(ms, done => {
        sent.done = () => done(true);
      });

    const ended = await end(timeoutMs);
    const { reply, failure } = sent;
    let failed = failure;
    if (this.#dead !== undefined) {
      // an error that was published for the dead kernel explains more
      failed ??= problem(place, "KernelDied", `the kernel ${this.#dead} while it ran this cell`);
    } else if (ended === undefined) {
      failed = problem(place, "CellTimeout", `the cell took longer than ${timeoutMs / 1000} s`);
      this.#interrupt();
      await end(graceMs);
    } else if (reply?.status !== "ok" && failure === undefined && !mayFail) {
      failed = problem(place, String(reply?.ename ?? "Error"), String(reply?.evalue ?? reply?.status));
    }
    if (failed !== undefined && failed !== failure)
      outputs.add({ type: "error", content: failed as unknown as JsonObject });
    const count = reply?.execution_count;
    return {
      cell: { ...cell, execution_count: typeof count === "number" ? count : null, outputs: outputs.outputs },
      ...(failed !== undefined && { failed }),
    };
  }

  #interrupt(): void {
    if (this.options.kernel.interruptMode === "message") this.#client.send("control", "interrupt_request", {});
    else this.#process.signal("SIGINT");
  }

  /** Asks the kernel to end, and reads its last messages. */
  async shutDown(): Promise<void> {
    if (this.#dead !== undefined) return;
    const id = this.#client.send("control", "shutdown_request", { restart: false });
    await this.#within<JsonObject>(graceMs, done => this.#replies.set(id, done));
  }

  /** Kills the kernel's process if it is still running, and closes the connection. */
  async close(): Promise<void> {
    this.options.abort?.removeEventListener("abort", this.#kill);
    await this.#process.finish(graceMs);
    this.#client.close();
  }
}

const executeRequest = (code: string): JsonObject => ({
  code,
  silent: false,
  store_history: true,
  user_expressions: {},
  allow_stdin: false,
  stop_on_error: true,
});

const problem = (place: CellPosition, ename: string, evalue: string): CellFailure => ({
  ...place,
  ename,
  evalue,
  traceback: [`${ename}: ${evalue}`],
});
