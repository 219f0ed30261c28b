import { LabError } from "../model/errors.js";
import { KernelClient, type KernelMessage, loadZeroMq } from "./client.js";
import { KernelProcess } from "./kernel-process.js";
import type { KernelCommand } from "./kernelspecs.js";
import type { Cell, CodeCell, JsonObject, Notebook } from "./nbformat.js";
import { CellOutputs, type DisplayedOutputs } from "./outputs.js";
import { hasTag, type Parameters, withParameters } from "./parameters.js";

/** The first failure of a run. */
export interface CellFailure {
  /** Position in the notebook, from 1, text cells included. */
  readonly cell: number;
  readonly id: string;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** A notebook after its run: complete if there is no failure, otherwise with the outputs so far. */
export interface NotebookRun {
  readonly notebook: Notebook;
  readonly failure: CellFailure | undefined;
}

/** One code cell that has been run. */
export interface CellEvent {
  /** Position among the code cells, from 1. */
  readonly index: number;
  readonly count: number;
  readonly cell: number;
  readonly ok: boolean;
  readonly seconds: number;
}

export interface RunOptions {
  readonly kernel: KernelCommand;
  /** The kernel's working directory: the notebook's folder. */
  readonly cwd: string;
  /** Limit for each cell. */
  readonly timeoutMs?: number;
  readonly parameters?: Parameters;
  readonly onCell?: (event: CellEvent) => void;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the run at once, with a failure. */
  readonly abort?: AbortSignal;
}

const defaultTimeoutMs = 600_000;
/** Maximum time until a kernel answers its first request. */
const startMs = 60_000;
/** How long messages of a dead kernel are read: those it has sent, and those with which a kernel explains why V8 ended it. */
const lastMessagesMs = (how: string): number => (/SIG(ABRT|ILL|TRAP)/.test(how) ? 2000 : 200);
/** Maximum time until an interrupted cell ends, and until a kernel shuts down. */
const graceMs = 2000;

/**
 * Runs a notebook from top to bottom in its own kernel, as Jupyter would, and stops at the first cell that fails. Old outputs are
 * removed first. No time stamp enters the notebook.
 *
 * A cell fails by an error, by the kernel's death (`KernelDied`), or by taking too long (`CellTimeout`); the failure is also an
 * output of the cell. An error that a cell causes after its end is a failure, too, but does not stop the run. A cell tagged
 * `raises-exception` may fail; one tagged `skip-execution` is not changed.
 *
 * @throws LabError `RUND_KERNEL_START` (machine) if the kernel does not start; errors of cells are in the result
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<NotebookRun> {
  const zmq = await loadZeroMq();
  const { kernel, cwd, env = process.env, abort } = options;
  const started = await KernelProcess.start(kernel, cwd, env);
  const run = new Run(started.process, options);
  const client = new KernelClient(zmq, started.connection, message => run.hear(message));
  const end = () => started.process.signal("SIGKILL");
  abort?.addEventListener("abort", end);
  if (abort?.aborted) end();
  try {
    return await run.notebook(client, notebook);
  } finally {
    abort?.removeEventListener("abort", end);
    await started.process.finish(graceMs);
    client.close();
  }
}

/** A code cell by position (from 1) and id. */
interface CellPosition {
  readonly cell: number;
  readonly id: string;
}

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

class Run {
  readonly #sent = new Map<string, Sent>();
  readonly #replies = new Map<string, (content: JsonObject) => void>();
  readonly #displays: DisplayedOutputs = new Map();
  #heardIopub = false;
  /** How the kernel's process ended. */
  #dead: string | undefined;
  #late: CellFailure | undefined;

  constructor(
    private readonly process: KernelProcess,
    private readonly options: RunOptions,
  ) {
    void process.ended.then(how => {
      this.#dead = how;
    });
  }

  hear({ type, parent, content }: KernelMessage): void {
    const sent = this.#sent.get(parent);
    if (type.endsWith("_reply")) {
      this.#replies.get(parent)?.(content);
      if (sent !== undefined) sent.reply = content;
    } else {
      this.#heardIopub = true;
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

  async notebook(client: KernelClient, notebook: Notebook): Promise<NotebookRun> {
    const info = await this.#ready(client);
    const language = String((info.language_info as JsonObject | undefined)?.name);
    const given = withParameters(notebook, this.options.parameters ?? {}, language);
    const cells: Cell[] = given.cells.map(cell =>
      isRun(cell) ? { ...cell, execution_count: null, outputs: [] } : cell,
    );
    const codeCells = cells.flatMap((cell, at) => (isRun(cell) && cell.source.trim() !== "" ? [at] : []));
    let failure: CellFailure | undefined;
    for (const [index, at] of codeCells.entries()) {
      const startedAt = performance.now();
      const place = { cell: at + 1, id: cells[at]!.id };
      const { cell, failed } = await this.#cell(client, cells[at] as CodeCell, place);
      cells[at] = cell;
      failure = failed;
      const seconds = (performance.now() - startedAt) / 1000;
      this.options.onCell?.({
        index: index + 1,
        count: codeCells.length,
        cell: at + 1,
        ok: failed === undefined,
        seconds,
      });
      if (failed !== undefined) break;
    }
    await this.#shutdown(client);
    const { name, displayName, language: specLanguage } = this.options.kernel;
    const kernelspec = { name, display_name: displayName, language: specLanguage };
    const metadata = { ...given.metadata, kernelspec, language_info: info.language_info };
    return { notebook: { ...given, cells, metadata }, failure: failure ?? this.#late };
  }

  /**
   * Sends requests until the kernel answers and its iopub messages arrive: messages that are published before a subscription
   * takes effect are lost.
   */
  async #ready(client: KernelClient): Promise<JsonObject> {
    const deadline = performance.now() + startMs;
    for (;;) {
      const id = client.send("shell", "kernel_info_request", {});
      const info = await this.#within<JsonObject>(500, done => this.#replies.set(id, done));
      if (info !== undefined && this.#heardIopub) {
        // a kernel that compiles loads its compiler for this request, so that the first cell's time is its own
        const completion = client.send("shell", "complete_request", { code: "", cursor_pos: 0 });
        await this.#within<JsonObject>(deadline - performance.now(), done => this.#replies.set(completion, done));
        if (this.#dead === undefined) return info;
      }
      const silent = performance.now() > deadline ? "does not answer" : undefined;
      const why = this.#dead === undefined ? silent : `${this.#dead} before it answered`;
      if (why === undefined) continue;
      const log = this.process.log();
      throw new LabError("RUND_KERNEL_START", "machine", `the kernel ${why}`, {
        where: `kernel ${this.options.kernel.name}`,
        ...(log !== "" && { hint: `it said: ${log}` }),
      });
    }
  }

  /** Returns the argument of `register`'s callback, or undefined after some time or when the kernel dies. */
  #within<T>(ms: number, register: (done: (value: T) => void) => void): Promise<T | undefined> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms, undefined);
      register(value => {
        clearTimeout(timer);
        resolve(value);
      });
      void this.process.ended.then(how => {
        clearTimeout(timer);
        setTimeout(resolve, lastMessagesMs(how), undefined);
      });
    });
  }

  async #cell(
    client: KernelClient,
    cell: CodeCell,
    place: CellPosition,
  ): Promise<{ cell: CodeCell; failed?: CellFailure }> {
    const { timeoutMs = defaultTimeoutMs } = this.options;
    const outputs = new CellOutputs(this.#displays);
    const mayFail = hasTag(cell, "raises-exception");
    const sent: Sent = { place, outputs, mayFail, idle: false, done() {} };
    this.#sent.set(client.send("shell", "execute_request", executeRequest(cell.source)), sent);
    const end = (ms: number) =>
      this.#within<true>(ms, done => {
        sent.done = () => done(true);
      });

    const ended = await end(timeoutMs);
    const { reply, failure } = sent;
    let failed = failure;
    if (this.#dead !== undefined) {
      // an error in the name of the dead kernel explains more
      failed ??= problem(place, "KernelDied", `the kernel ${this.#dead} while it ran this cell`);
    } else if (ended === undefined) {
      failed = problem(place, "CellTimeout", `the cell took longer than ${timeoutMs / 1000} s`);
      this.#interrupt(client);
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

  #interrupt(client: KernelClient): void {
    if (this.options.kernel.interruptMode === "message") client.send("control", "interrupt_request", {});
    else this.process.signal("SIGINT");
  }

  /** Asks the kernel to end, and reads its last messages. */
  async #shutdown(client: KernelClient): Promise<void> {
    if (this.#dead !== undefined) return;
    const id = client.send("control", "shutdown_request", { restart: false });
    await this.#within<JsonObject>(graceMs, done => this.#replies.set(id, done));
  }
}

/** Whether a cell is run: a code cell that is not tagged `skip-execution`, which keeps what it shows. */
const isRun = (cell: Cell): cell is CodeCell => cell.cell_type === "code" && !hasTag(cell, "skip-execution");

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
