import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, types } from "node:util";
import type { ErrorContent } from "../channel/messages.js";
import type { CompiledCode } from "../compile/emitted.js";
import { withoutGuards } from "../compile/guards.js";
import { CompileError } from "../compile/mistakes.js";
import type { Position } from "../compile/source-map.js";

const kernelFolder = dirname(dirname(fileURLToPath(import.meta.url)));
/** The folder of the modules through which cells display values; their frames are hidden, too. */
const showingFolder = join(dirname(kernelFolder), "present", "notebook");
/** Node's frames between a cell and the code that runs it. */
const nodeFrames = /^node:(internal\/|(vm|async_hooks)$)/;

/** Maximum number of characters of a line in a code frame. */
const widestLine = 200;

/** The number of frames that V8 records, because the kernel's own are among them, and the number that is shown. */
const recordedFrames = 50;
const shownFrames = 10;

/** Makes stack traces point to the written code: a cell's own lines and columns, and no line of this kernel. */
export class Traces {
  readonly #code = new Map<string, CompiledCode>();
  readonly #sources = new Map<string, string>();

  /** Installs itself as V8's formatter of stack traces, and again after code removes its own formatter. */
  install(): void {
    const own: NonNullable<typeof Error.prepareStackTrace> = (error, sites) => {
      const isOwn = (site: NodeJS.CallSite) =>
        [kernelFolder, showingFolder].some(folder => (site.getFileName() ?? "").includes(folder));
      // an error that the kernel creates begins where a cell called it
      const called = sites.slice(
        Math.max(
          0,
          sites.findIndex(site => !isOwn(site)),
        ),
      );
      const found = called.filter(site => !isOwn(site) && !nodeFrames.test(site.getFileName() ?? ""));
      // below the first frames, only that of the cell is shown, unless code has set another limit
      const limit = Error.stackTraceLimit === recordedFrames ? shownFrames : Number.POSITIVE_INFINITY;
      const cellAt = found.findIndex(site => this.#sources.has(site.getFileName() ?? ""));
      const shown = found.filter((_, at) => at < limit || at === cellAt);
      return [headOf(error), ...shown.map(site => `    at ${this.#describe(site)}`)].join("\n");
    };
    Error.stackTraceLimit = recordedFrames;
    let current: typeof own = own;
    Object.defineProperty(Error, "prepareStackTrace", {
      configurable: true,
      get: () => current,
      set: (given: unknown) => {
        current = typeof given === "function" ? (given as typeof own) : own;
      },
    });
  }

  /** Stores the code that runs under a name. */
  add(name: string, code: CompiledCode): void {
    this.#code.set(name, code);
  }

  /** Stores a cell's text, for code frames. */
  addSource(name: string, source: string): void {
    this.#sources.set(name, source);
  }

  #describe(site: NodeJS.CallSite): string {
    const text = String(site);
    const name = site.getFileName();
    const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
    const code = this.#code.get(name ?? "");
    if (code?.map === undefined || line === null || column === null) return text;
    const origin = code.map.origin({ line: line - 1, column: column - 1 });
    // generated code has no place in the written code
    return text.replace(`${name}:${line}:${column}`, () => (origin === undefined ? name! : position(name!, origin)));
  }

  /**
   * Returns an error as Jupyter shows it: name, message, and a traceback of the message, the lines of the cell around the
   * place, and the stack with causes.
   *
   * Never throws: a value whose getters or traps throw is described by its readable parts.
   *
   * @param name the cell that failed, as it is named in stack traces
   */
  content(thrown: unknown, name: string): ErrorContent {
    try {
      const { ename, evalue, traceback } = this.#contentOf(thrown, name);
      return { ename, evalue: asWritten(evalue), traceback: traceback.map(asWritten) };
    } catch {
      return unreadableContent(thrown);
    }
  }

  #contentOf(thrown: unknown, name: string): ErrorContent {
    if (thrown instanceof CompileError) return this.#compileErrorContent(thrown, name);
    const error = thrown as Partial<Error> | null | undefined;
    const isError =
      typeof error === "object" && error !== null && (typeof error.stack === "string" || types.isNativeError(error));
    if (!isError) {
      const value = inspect(thrown);
      return { ename: "Thrown", evalue: value, traceback: [`${red("Thrown")}: ${value}`] };
    }
    const ename = String(error.name ?? "Error");
    const evalue = String(error.message ?? "");
    const [first, ...stack] = splitStack(this.#withoutCompiledLine(inspect(thrown)));
    // an error without frames is shown in brackets
    const head = first!.replace(/^\[(.*)\]$/s, "$1");
    const frame = this.#frameOf(stack.join("\n"));
    return { ename, evalue, traceback: [head.replace(ename, red(ename)), ...frame, ...stack] };
  }

  /** Replaces the line of compiled code that V8 puts before a syntax error, which TypeScript did not find, by the written place. */
  #withoutCompiledLine(inspected: string): string {
    const text = inspected.replace(/^\[(.*)\]$/s, "$1");
    const [head, name, line, indent] = /^(.+):(\d+)\n.*\n( *)\^+\n\n/.exec(text) ?? [];
    const origin = this.#code.get(name ?? "")?.map?.origin({ line: Number(line) - 1, column: indent!.length });
    return origin === undefined ? inspected : `${text.slice(head!.length)}\n    at ${position(name!, origin)}`;
  }

  #compileErrorContent({ mistakes }: CompileError, name: string): ErrorContent {
    const described = mistakes.map(({ file = name, line, column, text, code }) => {
      const place = { line, column };
      const [first, ...more] = text.split("\n");
      const whole = [`${position(file, place)} - ${first} (TS${code})`, ...more].join("\n");
      return { text: whole, where: file, place };
    });
    return {
      ename: "CompileError",
      evalue: described.map(({ text }) => text).join("\n"),
      traceback: described.flatMap(({ text, where, place }) => [
        `${red("CompileError")}: ${text}`,
        ...this.#frame(where, place),
      ]),
    };
  }

  /** Returns the lines around the first position of a stack that is in a cell. */
  #frameOf(stack: string): string[] {
    for (const [, name, line, column] of stack.matchAll(/(cell-[\w-]+\.ts):(\d+):(\d+)/g)) {
      if (this.#sources.has(name!)) return this.#frame(name!, { line: Number(line) - 1, column: Number(column) - 1 });
    }
    return [];
  }

  #frame(name: string, { line, column }: Position): string[] {
    const lines = this.#sources.get(name)?.split("\n");
    if (lines?.[line] === undefined) return [];
    const width = String(line + 2).length;
    // a long line, such as minified code, is cut to the part around the position
    const from = Math.max(0, column - widestLine / 2);
    const part = (at: number) => lines[at]!.slice(from, from + widestLine);
    const numbered = (at: number, sign: string) => `${sign} ${String(at + 1).padStart(width)} | ${part(at)}`;
    return [
      ...(line > 0 ? [numbered(line - 1, " ")] : []),
      numbered(line, ">"),
      `  ${" ".repeat(width)} | ${" ".repeat(column - from)}^`,
      ...(line + 1 < lines.length ? [numbered(line + 1, " ")] : []),
    ];
  }
}

/** Describes a thrown value that cannot be inspected. */
function unreadableContent(thrown: unknown): ErrorContent {
  const read = (property: "name" | "message", otherwise: string): string => {
    try {
      return String((thrown as Error)[property] ?? otherwise);
    } catch {
      return otherwise;
    }
  };
  const ename = read("name", "Thrown");
  const evalue = read("message", "a value that cannot be shown, because reading it throws");
  return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`] };
}

/** Names in V8's messages that compiled code has for cells' variables and for imports. */
const compiledName =
  /(?:\(0 , [\w$]+_\d+\.([\w$]+)\)|\b(?:exports|__cell_\d+_\d+|[\w$]+_\d+\.default)\.([\w$.]+))(?= is not (?:a function|a constructor|iterable))/g;

/** Replaces compiled code that a message of V8 quotes by the code as it was written. */
const asWritten = (text: string): string =>
  withoutGuards(text).replace(compiledName, (_, called?: string, read?: string) => called ?? read!);

const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;

const position = (name: string, { line, column }: Position): string => `${name}:${line + 1}:${column + 1}`;

/** Returns the text before the frames. As in V8 it is the error's text, even if `toString` is overridden. */
function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** Separates an inspected error's message, which may have several lines, from its frames and properties. */
function splitStack(text: string): string[] {
  const lines = text.split("\n");
  const first = lines.findIndex(line => /^ {4}at /.test(line));
  return first < 0 ? [text] : [lines.slice(0, first).join("\n"), ...lines.slice(first)];
}
