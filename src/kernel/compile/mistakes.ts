import { isBuiltin } from "node:module";
import { relative } from "node:path";
import type ts from "typescript";
import type { CellModule } from "./cell-module.js";
import { hintFor, moduleNotFound } from "./typescript/hints.js";
import type { TypeScript } from "./typescript/typescript.js";

/** One mistake in a cell or in a file that it imports. */
export interface Mistake {
  /** Path from the notebook's folder; undefined for the cell itself. */
  readonly file: string | undefined;
  /** From 0. */
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly code: number;
}

/** A cell that does not compile. */
export class CompileError extends Error {
  override readonly name = "CompileError";
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(({ text }) => text).join("\n"));
  }
}

/** Returns the error of code that nests deeper than the compiler can follow, with the code of TypeScript's error for deep types. */
export const tooDeep = (): CompileError => {
  const text = "The code is nested too deeply to be compiled: split long chains of operators and deep brackets.";
  return new CompileError([{ file: undefined, line: 0, column: 0, text, code: 2589 }]);
};

/** Whether a path or specifier means a cell. */
export const isCell = (path: string): boolean => /(^|\/)__cell_\d+(\.d)?(\.tsx?)?$/.test(path);

const assignmentToImport = 2632;

/**
 * Returns a diagnostic of TypeScript as a mistake in the written code.
 *
 * @param folder the base of paths
 * @param cell the file of the cell, and the conversion of its positions to the cell
 */
export function mistakeOf(
  ts: TypeScript,
  folder: string,
  { file, start = 0, messageText, code }: ts.Diagnostic,
  cell?: { readonly path: string; readonly module: CellModule },
): Mistake {
  const text = ts.flattenDiagnosticMessageText(messageText, "\n");
  const at = file?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
  const read = { line: at.line, column: at.character };
  const own = cell !== undefined && file?.fileName === cell.path;
  const hint =
    own && isMagic(file.text, start) ? magicHint : (hintFor(code, text) ?? declarationHint(code, file, start));
  const { line, column } = own ? cell.module.writtenPosition(read) : read;
  const where = own || file === undefined ? undefined : relative(folder, file.fileName);
  // there may be no tsconfig.json to change
  const described = text.replace(/ Do you need to change your target library\? .*/, "");
  return { file: where, line, column, text: described + (hint === undefined ? "" : `\nhint: ${hint}`), code };
}

const magicHint =
  "cells are TypeScript and know no commands of IPython such as %time and !ls; execSync of node:child_process runs a shell command";

/** Returns the next step for an assignment to a name that is not declared. */
function declarationHint(code: number, file: ts.SourceFile | undefined, start: number): string | undefined {
  const name =
    code === 2304 ? /^([\w$]+)\s*=(?![=>])/.exec(file?.text.slice(start, start + 200) ?? "")?.[1] : undefined;
  return name === undefined ? undefined : `a new variable is declared with let or const: let ${name} = …`;
}

/** Whether a position is the beginning of a command of IPython. */
const isMagic = (text: string, start: number): boolean =>
  (/(^|\n)\s*$/.test(text.slice(0, start)) && /^%%?[a-z]/.test(text.slice(start))) ||
  /(^|\n)!$/.test(text.slice(0, start));

/** Returns the earlier cell's declaration to which a diagnostic forbids an assignment because it is imported here. */
function assigned(
  ts: TypeScript,
  { code, file, start }: ts.Diagnostic,
  program: ts.Program,
): ts.Declaration | undefined {
  if (code !== assignmentToImport || file === undefined || start === undefined) return undefined;
  const find = (node: ts.Node): ts.Node =>
    ts.forEachChild(node, child => (child.pos <= start && start < child.end ? find(child) : undefined)) ?? node;
  const checker = program.getTypeChecker();
  const place = find(file);
  // in `({ name } = object)`, the name is also that of a property
  const symbol = ts.isShorthandPropertyAssignment(place.parent)
    ? checker.getShorthandAssignmentValueSymbol(place.parent)
    : checker.getSymbolAtLocation(place);
  if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Alias) === 0) return undefined;
  const declaration = checker.getAliasedSymbol(symbol).declarations?.[0];
  return declaration !== undefined && isCell(declaration.getSourceFile().fileName) ? declaration : undefined;
}

const isConstant = (ts: TypeScript, declaration: ts.Declaration): boolean =>
  (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Constant) !== 0;

/** Whether a diagnostic forbids the assignment to an earlier cell's variable only because it is imported here. */
export function mayAssign(ts: TypeScript, diagnostic: ts.Diagnostic, program: ts.Program): boolean {
  const declaration = assigned(ts, diagnostic, program);
  return declaration !== undefined && !isConstant(ts, declaration);
}

/** Returns a diagnostic about an assignment to an earlier cell's constant with TypeScript's text for a constant of the same cell. */
export function asConstant(ts: TypeScript, diagnostic: ts.Diagnostic, program: ts.Program): ts.Diagnostic {
  const declaration = assigned(ts, diagnostic, program);
  if (declaration === undefined || !isConstant(ts, declaration)) return diagnostic;
  const messageText = String(diagnostic.messageText).replace("an import", "a constant");
  return { ...diagnostic, messageText, code: 2588 };
}

/**
 * Whether a diagnostic only reports missing types of an import that may succeed when it runs: of a module that this Node has but
 * the installed types lack, of a `data:` or `file:` address, or of a local file that `import()` may find later.
 */
export function mayLackTypes({ code, file, start = 0, messageText }: ts.Diagnostic): boolean {
  const specifier = moduleNotFound.has(code) ? /'([^']+)'/.exec(String(messageText))?.[1] : undefined;
  if (specifier === undefined) return false;
  const isCalled = /\bimport\s*\(\s*$/.test(file?.text.slice(0, start) ?? "");
  return isBuiltin(specifier) || /^(data|file):/.test(specifier) || (isCalled && /^\.{0,2}\//.test(specifier));
}
