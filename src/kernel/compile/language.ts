import type ts from "typescript";
import { isObjectLiteral } from "./cell-module.js";
import { syntaxErrors } from "./cell-syntax.js";
import type { Compiler } from "./compiler.js";
import type { TypeScript } from "./typescript/typescript.js";

/** Converts a cursor position from Jupyter's code points to JavaScript's UTF-16 units. */
export const unitsOf = (text: string, points: number): number => [...text].slice(0, points).join("").length;
/** Converts a cursor position from UTF-16 units to code points. */
export const pointsOf = (text: string, units: number): number => [...text.slice(0, units)].length;

/** Finds the properties that the values of variables have now, without running getters. */
export interface RunningValues {
  /** Returns the names of the properties of the value at a path such as `data.rows`; empty if the path has no value. */
  properties(path: readonly string[]): readonly string[];
}

/** The content of a complete_reply. */
interface Completion {
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: { readonly _jupyter_types_experimental: readonly CompletionType[] };
}

interface CompletionType {
  readonly text: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Returns the names that can complete the code at the cursor.
 *
 * @param position in code points
 */
export function complete(compiler: Compiler, values: RunningValues, code: string, position: number): Completion {
  const at = unitsOf(code, position);
  const { service, path, module } = compiler.draft(withImport(code, at));
  const found = service.getCompletionsAtPosition(path, module.compiled(at), {
    includeCompletionsWithInsertText: false,
    includeCompletionsForModuleExports: false,
  });
  const word = /[\p{L}\p{N}_$]*$/u.exec(code.slice(0, at))![0];
  const replaced = found?.entries.find(({ replacementSpan }) => replacementSpan !== undefined)?.replacementSpan;
  const inText = replaced ?? (found?.isMemberCompletion === false ? found.optionalReplacementSpan : undefined);
  const quoted = stringStart(compiler.typescript, code, at);
  const start =
    replaced !== undefined ? module.written(replaced.start) : quoted !== undefined ? quoted : at - word.length;
  const rest = /^[\p{L}\p{N}_$]*/u.exec(code.slice(at))![0];
  const end = quoted === undefined && inText === undefined ? at + rest.length : at;
  const typed = code.slice(start, at);
  const entries = new Map<string, string>();
  for (const { name, kind, replacementSpan } of found?.entries ?? []) {
    const own = replacementSpan === undefined ? start : module.written(replacementSpan.start);
    if (own !== start || name.startsWith("__cell_") || name === "__rundLab") continue;
    if (!startsLike(name, typed)) continue;
    const isImported = kind === "alias" && entries.size < maxDetailed;
    entries.set(name, isImported ? importedKind(service, path, module.compiled(at), name) : kindOf(kind));
  }
  if (quoted === undefined) {
    const path = pathBefore(code.slice(0, at - word.length));
    for (const name of path === undefined ? [] : values.properties(path)) {
      if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) && startsLike(name, word) && !entries.has(name))
        entries.set(name, "property");
    }
  }
  const names = [...entries.keys()].sort((a, b) => Number(!a.startsWith(typed)) - Number(!b.startsWith(typed)));
  const [from, to] = [pointsOf(code, start), pointsOf(code, end)];
  return {
    matches: names,
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: names.map(text => ({ text, type: entries.get(text)!, start: from, end: to })),
    },
  };
}

/** Returns code with `import` for an unfinished `require("…` before a position: TypeScript completes paths only there. */
const withImport = (code: string, at: number): string =>
  code.slice(0, at).replace(/\brequire(?=\s*\(\s*(["'`])(?:(?!\1).)*$)/, "import ") + code.slice(at);

/** Maximum number of imported names whose kind is looked up. */
const maxDetailed = 50;

/** Returns the kind of an earlier cell's name, which TypeScript sees as an import. */
function importedKind(service: ts.LanguageService, path: string, at: number, name: string): string {
  const details = service.getCompletionEntryDetails(path, at, name, undefined, undefined, undefined, undefined);
  const text = details?.displayParts.map(part => part.text).join("") ?? "";
  const word = /^(?:\(alias\) )?(?:abstract )?(\w+)/.exec(text)?.[1] ?? "alias";
  // a function in a declaration file is shown only by its name and parameters
  return /^\(alias\) [\w$]+[(<]/.test(text) ? "function" : kindOf(word);
}

const startsLike = (name: string, typed: string): boolean => name.toLowerCase().startsWith(typed.toLowerCase());

/** One step of a path: `.name`, `?.name`, `[0]` or `["name"]`. */
const step = /\??\.?\[(?:\d+|"[^"\\]*"|'[^'\\]*')\]|\??\.[\p{L}_$][\p{L}\p{N}_$]*/gu;
const plainPath = new RegExp(`(?:^|[^\\w$.?)\\]])([\\p{L}_$][\\p{L}\\p{N}_$]*)((?:${step.source})*)\\??\\.$`, "u");

/**
 * Returns the path of property names before a cursor, `["data", "rows", "0"]` for `data.rows[0].`; undefined if it is not a
 * plain path.
 */
function pathBefore(code: string): string[] | undefined {
  const [, root, steps] = plainPath.exec(code) ?? [];
  if (root === undefined) return undefined;
  return [root, ...(steps!.match(step) ?? []).map(each => each.replace(/^[?.[]+["']?|["']?\]$/g, ""))];
}

/** Returns where the text of the string literal around a position begins: after its quote, or after its last slash. */
function stringStart(ts: TypeScript, code: string, at: number): number | undefined {
  const file = ts.createSourceFile("cell.ts", code, ts.ScriptTarget.Latest, true);
  const find = (node: ts.Node): ts.Node | undefined =>
    ts.forEachChild(node, child => (child.getStart(file) < at && at <= child.end ? find(child) : undefined)) ?? node;
  const node = find(file);
  if (node === undefined || !ts.isStringLiteralLike(node)) return undefined;
  const start = node.getStart(file) + 1;
  const closed = node.end > start && code[node.end - 1] === code[start - 1];
  if (at < start || (closed && at === node.end)) return undefined;
  const typed = code.slice(start, at);
  // in a path, only the part after the last slash is completed
  return start + typed.lastIndexOf("/") + 1;
}

const kindOf = (kind: string): string =>
  ({
    const: "variable",
    let: "variable",
    var: "variable",
    "local var": "variable",
    alias: "module",
    "external module name": "module",
    directory: "module",
    script: "module",
    "local function": "function",
    getter: "property",
    setter: "property",
    "primitive type": "type",
  })[kind] ?? kind;

/**
 * Returns the documentation of the name at the cursor, or of the function whose arguments are being written: its type, its doc
 * comment and its tags.
 *
 * @param position in code points
 */
export function inspectName(compiler: Compiler, code: string, position: number): string | null {
  const at = unitsOf(code, position);
  const name = /([\w$]+)\s*\(?[^()]*$/.exec(code.slice(0, at));
  const places = [at, at - 1, ...(name === null ? [] : [name.index + name[1]!.length - 1])];
  const { service, path, module } = compiler.draft(code);
  for (const place of places) {
    if (!/[\w$]/.test(code[place] ?? "")) continue;
    const found = module.compiled(place);
    const info = service.getQuickInfoAtPosition(path, found);
    const calls = info?.kind === "alias" && service.getDefinitionAtPosition(path, found)?.[0]?.kind === "function";
    const text = info === undefined ? "" : described(info, calls);
    if (text !== "" && !/^any$/.test(text)) return text;
  }
  return null;
}

const tagTitles: Readonly<Record<string, string>> = {
  returns: "Returns",
  return: "Returns",
  throws: "Throws",
  exception: "Throws",
  example: "Example",
  deprecated: "Deprecated",
  see: "See",
  default: "Default",
  remarks: "Remarks",
};

/**
 * Returns the text of an inspection: signature, doc comment and tags.
 *
 * @param calls whether the name is a function of an earlier cell, for which TypeScript omits the word `function`
 */
function described({ displayParts = [], documentation = [], tags = [] }: ts.QuickInfo, calls: boolean): string {
  const joined = (parts: readonly ts.SymbolDisplayPart[] | undefined) => (parts ?? []).map(({ text }) => text).join("");
  const signature = joined(displayParts)
    .replace(/^\(alias\) /, "")
    .replace(/\nimport [\p{L}\p{N}_$*{}, ]+$/u, "")
    .replace(calls ? /^(?=[\w$]+[(<])/ : /^(?!)/, "function ");
  const lines = tags.map(({ name, text }) => {
    const body = joined(text).trim();
    if (name === "param") return `Parameter ${body.replace(/^([\w$.[\]]+)\s+(?:- )?/, "$1: ")}`;
    if (name === "example") return `Example:\n${body.replace(/^/gm, "    ")}`;
    return `${tagTitles[name] ?? `@${name}`}${body === "" ? "" : `: ${body}`}`;
  });
  return [signature, joined(documentation), lines.join("\n")].filter(part => part !== "").join("\n\n");
}

/** The content of an is_complete_reply. */
type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** Returns the name in a cell `name?` or `?name`, which asks for its documentation. */
export function askedName(code: string): string | undefined {
  const [, before, after] = /^\s*(?:\?{1,2}([\w$.]+)|([\w$.]+)\?{1,2})\s*$/.exec(code) ?? [];
  return before ?? after;
}

/** TypeScript's error for a string without an end, which another line cannot correct. */
const unterminatedString = 1002;

/** Returns whether code is complete, needs more lines, or is invalid. */
export function completeness(typescript: TypeScript, code: string): Completeness {
  const { createSourceFile, ScriptTarget, ScriptKind } = typescript;
  const parsed = [ScriptKind.TS, ScriptKind.TSX].map(kind =>
    syntaxErrors(createSourceFile("cell.ts", code, ScriptTarget.Latest, undefined, kind)),
  );
  const [first] = parsed[0]!;
  if (
    first === undefined ||
    parsed[1]!.length === 0 ||
    isObjectLiteral(typescript, code) ||
    askedName(code) !== undefined
  )
    return { status: "complete" };
  // something is missing at the very end; two empty lines mean that nothing more will come
  const atEnd = first.start >= code.trimEnd().length && first.code !== unterminatedString;
  const open = atEnd && !/\n\s*\n\s*$/.test(code);
  return open ? { status: "incomplete", indent: indentAfter(code) } : { status: "invalid" };
}

/** Returns the indentation after a line: one step deeper after an opening bracket, otherwise the same. */
function indentAfter(code: string): string {
  const line = code.slice(code.lastIndexOf("\n") + 1);
  const indent = /^\s*/.exec(line)![0];
  return /[{([]\s*$/.test(line) ? `${indent}  ` : indent;
}
