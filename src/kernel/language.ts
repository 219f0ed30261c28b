import { createRequire } from "node:module";
import type { Compiler, TypeScript } from "./compiler.js";

/** Jupyter counts cursor positions in code points, JavaScript in UTF-16 units. */
export const unitsOf = (text: string, points: number): number => [...text].slice(0, points).join("").length;
export const pointsOf = (text: string, units: number): number => [...text.slice(0, units)].length;

export interface Completion {
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
}

/** @param position in code points */
export function complete(compiler: Compiler, code: string, position: number): Completion {
  const { start, end, candidates } = compiler.full.complete(compiler.declarations, code, unitsOf(code, position));
  return { matches: candidates, cursor_start: pointsOf(code, start), cursor_end: pointsOf(code, end) };
}

/**
 * What TypeScript knows of the name at the cursor, or of the function whose arguments are being written: its type and
 * its doc comment.
 *
 * @param position in code points
 */
export function inspectName(compiler: Compiler, code: string, position: number): string | null {
  const at = unitsOf(code, position);
  const name = /([\w$]+)\s*\(?[^()]*$/.exec(code.slice(0, at));
  const places = [at, at - 1, ...(name === null ? [] : [name.index + name[1]!.length - 1])];
  for (const place of places) {
    if (place < 0 || place > code.length) continue;
    const info = compiler.full.inspect(compiler.declarations, code, place);
    if (info) return printer()(info);
  }
  return null;
}

function printer(): (info: unknown) => string {
  return (createRequire(import.meta.url)("tslab/dist/inspect.js") as { printQuickInfo(info: unknown): string })
    .printQuickInfo;
}

export type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** TypeScript's error for a string that is not closed, which another line cannot mend. */
const unterminatedString = 1002;

/** Whether code can be run as it stands, wants more lines, or can never be right. */
export function completeness(typescript: TypeScript, code: string): Completeness {
  const { createSourceFile, ScriptTarget, ScriptKind } = typescript;
  const { parseDiagnostics } = createSourceFile("cell.ts", code, ScriptTarget.Latest, undefined, ScriptKind.TS);
  const [first] = parseDiagnostics;
  if (first === undefined) return { status: "complete" };
  // something is missing at the very end; two empty lines say that nothing more will come
  const atEnd = first.start >= code.trimEnd().length && first.code !== unterminatedString;
  const open = atEnd && !/\n\s*\n\s*$/.test(code);
  return open ? { status: "incomplete", indent: indentAfter(code) } : { status: "invalid" };
}

/** One step deeper after an opening bracket, else as the last line. */
function indentAfter(code: string): string {
  const line = code.slice(code.lastIndexOf("\n") + 1);
  const indent = /^\s*/.exec(line)![0];
  return /[{([]\s*$/.test(line) ? `${indent}  ` : indent;
}
