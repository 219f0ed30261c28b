import { Script } from "node:vm";
import { guardName } from "../../compile/guards.js";
import { hostName } from "../../compile/lower.js";
import type { Guard } from "../stop/guard.js";

/** The kernel's `import()` and `import.meta` for the code of a module or a cell. */
export interface Host {
  import(specifier: string, options?: ImportCallOptions): Promise<unknown>;
  readonly meta: ImportMeta;
}

/** The values to which compiled code refers. */
interface Scope {
  /** The value of `this` outside of functions; undefined for a cell. */
  readonly self?: object;
  readonly exports: object;
  readonly require: NodeJS.Require;
  readonly module: object;
  readonly filename: string;
  readonly dirname: string;
  readonly host: Host;
  readonly guard: Guard;
}

/** Adds a frame to the stack of an error, `cell-1.ts:1:1` or `f (cell-1.ts:1:1)`, unless the stack names the file of the frame. */
export function withFrame(error: unknown, frame: string | undefined): unknown {
  const file = /([^/(]+):\d+:\d+\)?$/.exec(frame ?? "")?.[1];
  if (file !== undefined && error instanceof Error && error.stack?.includes(file) === false) {
    error.stack += `\n    at ${frame}`;
  }
  return error;
}

/**
 * Makes a function of compiled code.
 *
 * @param name the code's name in stack traces
 * @param awaits whether the code awaits, so that the function must be async
 * @returns a function that runs the code; its result is the code's value, or a promise of it
 */
export function bodyOf(code: string, name: string, awaits: boolean): (scope: Scope) => unknown {
  const parameters = `exports, require, module, __filename, __dirname, ${hostName}, ${guardName}`;
  const head = `(${awaits ? "async " : ""}function (${parameters}) {\n`;
  const body = new Script(`${head}${code}\n})`, { filename: name, lineOffset: -1 }).runInThisContext();
  return ({ self, exports, require, module, filename, dirname, host, guard }) =>
    body.call(self, exports, require, module, filename, dirname, host, guard);
}
