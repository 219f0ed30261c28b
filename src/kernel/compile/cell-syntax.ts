/** The syntax of a cell: its names, its errors, and whether it awaits. */
import type ts from "typescript";
import type { TypeScript } from "./typescript/typescript.js";

/** Parses a cell as TypeScript, or as TSX if it is valid only as that. */
export function parse(ts: TypeScript, code: string): { file: ts.SourceFile; extension: ".ts" | ".tsx" } {
  const as = (kind: ts.ScriptKind) =>
    ts.createSourceFile("cell.ts", `${code}\nexport {}`, ts.ScriptTarget.Latest, false, kind);
  const plain = as(ts.ScriptKind.TS);
  if (syntaxErrors(plain).length > 0) {
    const jsx = as(ts.ScriptKind.TSX);
    if (syntaxErrors(jsx).length === 0) return { file: jsx, extension: ".tsx" };
  }
  return { file: plain, extension: ".ts" };
}

/** Returns the syntax errors of a parsed file. TypeScript's types do not declare them. */
export const syntaxErrors = (file: ts.SourceFile): readonly ts.DiagnosticWithLocation[] =>
  (file as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;

/**
 * Returns the names that a declaration at the top of a cell introduces; undefined if it can have no `export` before it.
 */
export function declaredNames(ts: TypeScript, statement: ts.Statement): string[] | undefined {
  if (ts.isVariableStatement(statement)) {
    const { flags, declarations } = statement.declarationList;
    // a variable declared by `using` is disposed of at the end of its cell
    if ((flags & ts.NodeFlags.Using) === ts.NodeFlags.Using) return undefined;
    return declarations.flatMap(({ name }) => bindingNames(ts, name));
  }
  if (ts.isModuleDeclaration(statement)) {
    const global = (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
    return global || !ts.isIdentifier(statement.name) ? undefined : [statement.name.text];
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    return statement.name === undefined ? undefined : [statement.name.text];
  }
  return undefined;
}

function bindingNames(ts: TypeScript, name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bindingNames(ts, element.name)));
}

/**
 * Returns a type for each variable that gets its type from later assignments, such as `const rows = []`. TypeScript finds these
 * types by itself, but not for exported variables, and the variables of cells are exported.
 */
export function openTypes(ts: TypeScript, { declarationList }: ts.VariableStatement): { at: number; word: string }[] {
  return declarationList.declarations.flatMap(({ name, type, exclamationToken, initializer }) => {
    if (!ts.isIdentifier(name) || type !== undefined || exclamationToken !== undefined) return [];
    const isEmptyList =
      initializer !== undefined && ts.isArrayLiteralExpression(initializer) && initializer.elements.length === 0;
    if (isEmptyList) return [{ at: name.end, word: ": any[]" }];
    const isNothing =
      initializer === undefined ||
      initializer.kind === ts.SyntaxKind.NullKeyword ||
      (ts.isIdentifier(initializer) && initializer.text === "undefined");
    const isConstant = (declarationList.flags & ts.NodeFlags.Const) !== 0;
    return isNothing && !isConstant ? [{ at: name.end, word: ": any" }] : [];
  });
}

/** Returns the names that a re-export introduces; none for `export *`. */
export function exportedNames(ts: TypeScript, clause: ts.NamedExportBindings | undefined): string[] {
  if (clause === undefined) return [];
  return ts.isNamespaceExport(clause) ? [clause.name.text] : clause.elements.map(({ name }) => name.text);
}

/** Returns the names that an import introduces. */
export function importedNames(ts: TypeScript, { importClause }: ts.ImportDeclaration): string[] {
  const bindings = importClause?.namedBindings;
  const named = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? [bindings] : [...bindings.elements];
  return [importClause, ...named].flatMap(each => (each?.name === undefined ? [] : [each.name.text]));
}

interface Scanned {
  /** All identifiers, except the names of properties. */
  readonly identifiers: ReadonlySet<string>;
  /** Names of `var` declarations inside blocks, which are the cell's own variables. */
  readonly hoisted: ReadonlySet<string>;
  /** Whether it awaits outside of functions. */
  readonly awaits: boolean;
}

/** Returns the names that a cell uses, and whether it awaits. */
export function scan(ts: TypeScript, file: ts.SourceFile): Scanned {
  const identifiers = new Set<string>();
  const hoisted = new Set<string>();
  let awaits = false;
  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (ts.isIdentifier(node)) identifiers.add(node.text);
    if (ts.isPropertyAccessExpression(node)) {
      visit(node.expression, inFunction);
      return;
    }
    if (!inFunction) {
      awaits ||= ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
      if (ts.isVariableDeclarationList(node)) {
        awaits ||= (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing;
        if ((node.flags & ts.NodeFlags.BlockScoped) === 0) {
          for (const { name } of node.declarations) for (const each of bindingNames(ts, name)) hoisted.add(each);
        }
      }
    }
    const inside =
      inFunction ||
      ts.isFunctionLike(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isClassStaticBlockDeclaration(node) ||
      ts.isModuleDeclaration(node);
    // a member's computed name and its decorators are evaluated where the class or object is
    const isOutside = (child: ts.Node) => ts.isComputedPropertyName(child) || ts.isDecorator(child);
    ts.forEachChild(node, child => visit(child, isOutside(child) ? inFunction : inside));
  };
  visit(file, false);
  return { identifiers, hoisted, awaits };
}
