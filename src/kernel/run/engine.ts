/** The main thread's part: compiles and runs cells, and answers the protocol thread's requests. */
import { types } from "node:util";
import type { MessagePort } from "node:worker_threads";
import { type Ask, type Executed, type InterruptAsk, ThreadState } from "../channel/messages.js";
import type { Outlet } from "../channel/pipe.js";
import { Compiler } from "../compile/compiler.js";
import type { CompiledCode } from "../compile/emitted.js";
import { complete, completeness, inspectName, type RunningValues } from "../compile/language.js";
import { CellOutput } from "./cell-output.js";
import { OpenComms } from "./comms.js";
import { installDisplay, tslabLibrary } from "./display-sink.js";
import { Evaluator } from "./evaluator.js";
import { Executor } from "./executor.js";
import { Input } from "./input.js";
import { Modules } from "./modules/modules.js";
import { showPlainPromises } from "./plain-promises.js";
import { runningValues } from "./running-values.js";
import { Guard } from "./stop/guard.js";
import { Interrupted, OutOfMemory } from "./stop/interrupted.js";
import { newOrigin, type Origin, Origins } from "./stop/origins.js";
import { replaceStream } from "./stop/streams.js";
import { asyncContexts } from "./stop/termination.js";
import { watchCells } from "./stop/watch.js";
import { Traces } from "./traces.js";

type ExecuteAsk = Extract<Ask, { ask: "execute" }>;
type CommAsk = Extract<Ask, { ask: "comm" }>;

/** A request that is being handled, and the functions that end it from outside. */
interface Running {
  readonly id: number;
  readonly origin: Origin;
  /** Whether it was asked to stop. */
  stopped: boolean;
  end(executed: Executed): void;
  stop(reason: unknown): void;
}

/** Handles the requests of the protocol thread, one after another. */
export class Engine {
  readonly #compiler: Compiler;
  readonly #traces = new Traces();
  readonly #origins: Origins;
  readonly #guard: Guard;
  readonly #output: CellOutput;
  readonly #evaluator: Evaluator;
  readonly #values: RunningValues;
  readonly #comms: OpenComms;
  readonly #exit = process.exit.bind(process);
  readonly #contexts = asyncContexts();
  #running: Running | undefined;
  #lastAnswered = 0;

  /**
   * @param folder where cells' modules are searched: the notebook's folder
   * @param lines provides lines of input
   */
  constructor(
    folder: string,
    private readonly outlet: Outlet,
    private readonly state: Int32Array,
    lines: MessagePort,
  ) {
    this.#compiler = new Compiler(folder);
    this.#origins = new Origins((origin, failure) =>
      this.#output.lateError(origin, this.#traces.content(failure, origin.name)),
    );
    this.#output = new CellOutput(outlet, this.#origins);
    const inContext = () => this.#origins.inContext;
    this.#guard = new Guard(inContext, state, id => this.#endAsked(id));
    const publish = this.#output.publish.bind(this.#output);
    this.#comms = new OpenComms(publish);
    const named = (name: string, code: CompiledCode) => this.#traces.add(name, code);
    const modules = new Modules(this.#compiler, this.#guard, named, () => tslabLibrary(publish));
    const executor = new Executor(folder, modules, this.#guard, named);
    this.#evaluator = new Evaluator(this.#compiler, executor, this.#traces, work => this.#compiling(work));
    this.#values = runningValues(executor.variables, types.isProxy);

    this.#traces.install();
    installDisplay(publish, this.#comms);
    const request = (cell: number, prompt: string) => outlet.tell({ tell: "input", cell, prompt });
    const refuse = (error: unknown) => this.#running?.stop(error);
    new Input(request, lines, state, () => this.#origins.current, refuse).install();
    showPlainPromises();
    watchCells(inContext, (origin, what) => this.#output.nameLeftover(origin, what));
    for (const name of ["stdout", "stderr"] as const) {
      replaceStream(name, bytes => this.#output.print(name, bytes));
    }
    // the last step: from here on, no failure ends the process
    this.#origins.install();
  }

  /** Prepares for the first cell. */
  warm(): void {
    this.outlet.tell({ tell: "ready" });
    this.#compiling(() => this.#compiler.warm());
  }

  /** Prepares for cells that need Node's types, and for the next kernel. @returns false if it did not, because a cell runs */
  warmFurther(): boolean {
    if (this.#running !== undefined) return false;
    this.#compiling(() => {
      this.#compiler.warmNode();
      this.#compiler.keepCode();
    });
    return true;
  }

  hear(message: Ask): void {
    switch (message.ask) {
      case "execute":
        this.#execute(message);
        break;
      case "complete":
        this.#answerWith(message.id, () => complete(this.#compiler, this.#values, message.code, message.position));
        break;
      case "inspect":
        this.#answerWith(message.id, () => inspectName(this.#compiler, message.code, message.position));
        break;
      case "isComplete":
        this.#answerWith(message.id, () => completeness(this.#compiler.typescript, message.code));
        break;
      case "comm":
        this.#hearComm(message);
        break;
      case "commInfo":
        this.#answer(message.id, { comms: this.#comms.info(message.target) });
        break;
      case "interrupt":
        this.#interrupt(message);
        break;
      case "exit":
        this.#compiler.keepCode();
        this.#exit(0);
    }
  }

  #answer(id: number, answer: unknown): void {
    this.#lastAnswered = id;
    this.#running = undefined;
    this.outlet.tell({ tell: "answer", id, answer });
  }

  #answerWith(id: number, work: () => unknown): void {
    let answer: unknown;
    try {
      answer = this.#compiling(work);
    } catch (error) {
      answer = { fault: (error as Error).message };
    }
    this.#answer(id, answer);
  }

  /** Runs code that an interrupt must not terminate. */
  #compiling<Result>(work: () => Result): Result {
    Atomics.store(this.state, ThreadState.compiling, 1);
    try {
      return work();
    } finally {
      Atomics.store(this.state, ThreadState.compiling, 0);
    }
  }

  #interrupt({ id, turn, why }: InterruptAsk): void {
    Atomics.store(this.state, ThreadState.handled, turn);
    Atomics.compareExchange(this.state, ThreadState.asked, id, 0);
    this.#contexts.clear();
    if (id <= this.#lastAnswered) return;
    const reason = why === "memory" ? new OutOfMemory() : new Interrupted();
    if (this.#running?.id === id && !this.#running.stopped) {
      const { origin, stop } = this.#running;
      this.#running.stopped = true;
      if (origin.interruptedAt === undefined) this.#end(origin);
      stop(reason);
    }
    // the request was terminated before it began, or the code that answers it was
    else this.#answer(id, { error: this.#traces.content(reason, ""), payload: [], expressions: {} });
  }

  /** Ends a request on a call from its own code, which notices an interrupt before the main thread reads the message. */
  #endAsked(id: number): void {
    Atomics.compareExchange(this.state, ThreadState.asked, id, 0);
    if (this.#running?.id === id && this.#running.origin.interruptedAt === undefined) this.#end(this.#running.origin);
  }

  /** Ends what a cell has started, and refuses its code from now on. */
  #end(origin: Origin): void {
    origin.interruptedAt = performance.now();
    this.#guard.halt(origin);
    // in the cell's context, so that code that reacts to the end is refused, too
    this.#origins.runFor(origin, () => {
      origin.abort?.abort(new Interrupted());
      origin.resources.close();
    });
  }

  #execute(message: ExecuteAsk): void {
    const { id, cell, count, code, silent, input } = message;
    const origin = newOrigin(cell, silent ? `cell-silent-${id}.ts` : `cell-${count}.ts`, silent, input);
    this.#begin(id, origin, work =>
      this.#origins.run(origin, () => work(this.#evaluator.run(origin.name, code, message.expressions))),
    );
  }

  /** Passes a widget's message to the code that waits for it. */
  #hearComm({ id, cell, type, content, buffers }: CommAsk): void {
    const origin = newOrigin(cell, `widget-${id}`, false, false);
    const heard = async (): Promise<Executed> => {
      await this.#comms.receive(type, content, buffers);
      return { payload: [], expressions: {} };
    };
    this.#begin(id, origin, work => this.#origins.runFor(origin, () => work(heard())));
  }

  /** Handles a request so that an interrupt can end it at any time. */
  #begin(id: number, origin: Origin, run: (work: (done: Promise<Executed>) => void) => void): void {
    // an interrupt destroys the stack that runs the cell, and every promise that waits in it; so the steps after the cell are
    // arranged before it, and `stop` can always start them
    const outcome = new Promise<Executed>((resolve, reject) => {
      this.#running = { id, origin, stopped: false, end: resolve, stop: reject };
    });
    void outcome
      .catch((error): Executed => ({ error: this.#traces.content(error, origin.name), payload: [], expressions: {} }))
      .then(executed => this.#settle(origin, executed))
      .then(executed => this.#running?.id === id && this.#answer(id, executed));
    const { end, stop } = this.#running!;
    this.#origins.checkExitCode();
    this.#contexts.uncheck();
    run(done => void done.then(end, stop));
  }

  /** Waits one turn of the event loop, in which code that a cell left behind may fail. Such a failure becomes the cell's. */
  async #settle(origin: Origin, executed: Executed): Promise<Executed> {
    await new Promise(resolve => setImmediate(resolve));
    this.#origins.checkExitCode();
    origin.open = false;
    if (executed.error !== undefined || origin.failures.length === 0) return executed;
    const [first] = origin.failures;
    return { ...executed, error: this.#traces.content(first, origin.name) };
  }
}
