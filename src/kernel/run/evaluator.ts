import type { Content } from "../../jupyter/wire.js";
import type { Executed } from "../channel/messages.js";
import type { Compiler } from "../compile/compiler.js";
import { askedName, inspectName } from "../compile/language.js";
import type { Executor } from "./executor.js";
import { shown } from "./shown.js";
import type { Traces } from "./traces.js";

/** Compiles and runs a cell's code, and converts its value for display. */
export class Evaluator {
  /** @param compiling runs code that an interrupt must not terminate */
  constructor(
    private readonly compiler: Compiler,
    private readonly executor: Executor,
    private readonly traces: Traces,
    private readonly compiling: <Result>(work: () => Result) => Result,
  ) {}

  /**
   * Runs a cell.
   *
   * @param name the cell's name in stack traces
   * @param expressions evaluated after the cell, by name
   */
  async run(name: string, code: string, expressions: Readonly<Record<string, string>>): Promise<Executed> {
    const asked = askedName(code);
    if (asked !== undefined) return { payload: [this.#page(asked)], expressions: {} };
    const made = this.#evaluate(name, code, true);
    const value = canBeAwaited(made) ? await made : made;
    const data = value === undefined ? {} : await shown(value);
    const result = Object.keys(data).length === 0 ? undefined : { data, metadata: {} };
    const evaluated: Record<string, Content> = {};
    for (const [key, expression] of Object.entries(expressions)) {
      evaluated[key] = await this.#expression(`${name}-${key}`, expression);
    }
    return { ...(result && { result }), payload: [], expressions: evaluated };
  }

  /** @param keep whether later cells see the code's declarations */
  #evaluate(name: string, code: string, keep: boolean): unknown {
    this.traces.addSource(name, code);
    const module = moduleName(code);
    if (module !== undefined) return this.compiling(() => this.compiler.addModule(module, code));
    const compiled = this.compiling(() => this.compiler.compile(code));
    if (keep) compiled.keep();
    return this.executor.run(name, compiled);
  }

  async #expression(name: string, expression: string): Promise<Content> {
    try {
      const value = await this.#evaluate(name, expression, false);
      return { status: "ok", data: await shown(value), metadata: {} };
    } catch (error) {
      return { status: "error", ...this.traces.content(error, name) };
    }
  }

  /** Returns the payload that opens the pager for `name?`. */
  #page(name: string): Content {
    const text = this.compiling(() => inspectName(this.compiler, name, name.length));
    return { source: "page", data: { "text/plain": text ?? `There is no documentation for ${name}.` }, start: 0 };
  }
}

/** Whether `await` can read a value; a revoked proxy, for example, is shown as it is. */
function canBeAwaited(value: unknown): boolean {
  try {
    void (value as Partial<PromiseLike<unknown>> | null | undefined)?.then;
    return true;
  } catch {
    return false;
  }
}

/** Returns the name of a cell that begins with a doc comment `@module name`, which is a module that later cells import. */
const moduleName = (code: string): string | undefined =>
  /^\s*\/\*\*(?:(?!\*\/)[\s\S])*@module\s+([\w./-]+)(?:(?!\*\/)[\s\S])*\*\//.exec(code)?.[1];
