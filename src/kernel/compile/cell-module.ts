import { declaredNames, exportedNames, importedNames, openTypes, parse, scan, syntaxErrors } from "./cell-syntax.js";
import type { Position } from "./source-map.js";
import type { TypeScript } from "./typescript/typescript.js";

/** A cell as a module that TypeScript can compile. */
export interface CellModule {
  /** The cell's text with `export` before each declaration, and imports of earlier cells' names after its end. */
  readonly text: string;
  readonly extension: ".ts" | ".tsx";
  /** The names that later cells can see. */
  readonly names: ReadonlySet<string>;
  /** Whether the cell awaits outside of functions. */
  readonly awaits: boolean;
  /** Whether the cell adds to the global scope or to other modules, which later cells must see. */
  readonly ambient: boolean;
  /** Converts an offset in `text` to an offset in the cell. */
  written(offset: number): number;
  /** Converts an offset in the cell to an offset in `text`. */
  compiled(offset: number): number;
  /** Like `written`, for line and column. */
  writtenPosition(position: Position): Position;
}

/**
 * Turns a cell into a module. A cell that consists of an object literal, such as `{ a: 1 }`, is compiled as an expression, not as
 * a block, as in the consoles of Node and Deno.
 *
 * @param homeOf returns the specifier of the module that declares a name of an earlier cell
 * @param jsxNames names that JSX compiles to, such as `React`
 * @param known names to import even if the cell does not use them; for these, the imports come before the cell, where its
 * unfinished code cannot hide them
 */
export function cellModule(
  ts: TypeScript,
  code: string,
  homeOf: (name: string) => string | undefined,
  jsxNames: readonly string[],
  known?: Iterable<string>,
): CellModule {
  if (isObjectLiteral(ts, code)) return inParentheses(cellModule(ts, `(${code})`, homeOf, jsxNames, known));
  const { file, extension } = parse(ts, code);
  // a line that names the interpreter is not code
  const replaced: [start: number, end: number, by: string][] = [[0, ts.getShebang(code)?.length ?? 0, ""]];
  const insertions: { readonly at: number; readonly word: string }[] = [];
  const names = new Set<string>();
  const reexported = new Set<string>();
  let ambient = false;

  for (const statement of file.statements) {
    if (statement.getStart(file) >= code.length) continue;
    if (ts.isExportDeclaration(statement)) {
      const { moduleSpecifier: from, exportClause: clause } = statement;
      const start = statement.getStart(file);
      // all names are exported anyway; names of another module are imported, so that the cell can use them, too
      if (from === undefined) replaced.push([start, statement.end, ""]);
      else replaced.push([start, clause?.getStart(file) ?? from.getStart(file), "import"]);
      if (from !== undefined) for (const name of exportedNames(ts, clause)) reexported.add(name);
      continue;
    }
    if (ts.isImportDeclaration(statement)) {
      for (const name of importedNames(ts, statement)) reexported.add(name);
      // a package may add to the global types
      const { importClause, moduleSpecifier } = statement;
      if (importClause === undefined && !/^["']\.{0,2}\//.test(moduleSpecifier.getText(file))) ambient = true;
      continue;
    }
    if (ts.isImportEqualsDeclaration(statement)) {
      reexported.add(statement.name.text);
      continue;
    }
    const declared = declaredNames(ts, statement);
    if (declared === undefined) {
      if (ts.isModuleDeclaration(statement)) ambient = true;
      continue;
    }
    for (const name of declared) names.add(name);
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const byDefault = modifiers.find(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (byDefault !== undefined) replaced.push([byDefault.getStart(file), byDefault.end, ""]);
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) {
      insertions.push({ at: statement.getStart(file), word: "export " });
    }
    if (ts.isVariableStatement(statement)) insertions.push(...openTypes(ts, statement));
  }
  const found = scan(ts, file);
  for (const name of found.hoisted) if (!names.has(name)) reexported.add(name);
  for (const name of reexported) names.add(name);

  const used = [...(known ?? []), ...found.identifiers, ...(extension === ".tsx" ? jsxNames : [])];
  const homes = new Map<string, string[]>();
  for (const name of new Set(used)) {
    const home = names.has(name) ? undefined : homeOf(name);
    if (home !== undefined) homes.set(home, [...(homes.get(home) ?? []), name]);
  }
  const imports = [...homes].map(([home, from]) => `import { ${from.join(", ")} } from ${JSON.stringify(home)};`);
  const prefix = known === undefined ? "" : `${imports.join(" ")}\n`;
  const suffix = [...(known === undefined ? imports : []), `export { ${[...reexported].join(", ")} };`];

  let text = code;
  for (const [start, end, by] of replaced) {
    text = text.slice(0, start) + by + text.slice(start + by.length, end).replace(/[^\r\n]/g, " ") + text.slice(end);
  }
  for (const { at, word } of insertions.toReversed()) text = text.slice(0, at) + word + text.slice(at);
  const lengthBefore = (offset: number) => sum(insertions.map(({ at, word }) => (at < offset ? word.length : 0)));
  const shifts = insertions.map(({ at, word }) => ({ at: prefix.length + at + lengthBefore(at), size: word.length }));
  const starts = file.getLineStarts();
  const written = (offset: number) =>
    Math.min(
      code.length,
      offset - prefix.length - sum(shifts.map(({ at, size }) => Math.min(size, Math.max(0, offset - at)))),
    );
  return {
    text: `${prefix}${text}\n${suffix.join(" ")}\n`,
    extension,
    names,
    awaits: found.awaits,
    ambient,
    written,
    compiled: offset => prefix.length + offset + lengthBefore(offset),
    writtenPosition({ line, column }) {
      const start = starts[line] ?? Number.POSITIVE_INFINITY;
      const offset = written(start + lengthBefore(start) + column);
      if (offset >= start) return { line, column: offset - start };
      // after the cell's end
      const last = starts.findLastIndex(each => each <= code.length);
      return { line: last, column: code.length - starts[last]! };
    },
  };
}

/** Whether a cell is an object literal and nothing else. */
export function isObjectLiteral(ts: TypeScript, code: string): boolean {
  if (!/^\s*\{.*\}\s*$/s.test(code)) return false;
  const { file } = parse(ts, `(${code})`);
  const [only, end] = file.statements;
  if (syntaxErrors(file).length > 0 || only === undefined || !ts.isExpressionStatement(only)) return false;
  const { expression } = only;
  const isAlone = end !== undefined && ts.isExportDeclaration(end);
  return isAlone && ts.isParenthesizedExpression(expression) && ts.isObjectLiteralExpression(expression.expression);
}

/** Returns the module of a cell that was put in parentheses, with the positions of the cell without them. */
const inParentheses = (module: CellModule): CellModule => ({
  ...module,
  written: offset => Math.max(0, module.written(offset) - 1),
  compiled: offset => module.compiled(offset + 1),
  writtenPosition: position => {
    const { line, column } = module.writtenPosition(position);
    return { line, column: line === 0 ? Math.max(0, column - 1) : column };
  },
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
