import type ts from "typescript";
import type { TypeScript } from "./typescript/typescript.js";

/**
 * The name under which compiled code finds the kernel's functions for it: `import`, a real dynamic import, and `meta`, its
 * `import.meta`.
 */
export const hostName = "__rundLab";

/**
 * Returns the transformation that makes a module into a function's body: imports come first, the last expression's value is
 * returned, and `import()` and `import.meta` are the kernel's.
 *
 * @param returns whether to return the last expression's value
 */
export function lowering(ts: TypeScript, returns: boolean): ts.TransformerFactory<ts.SourceFile> {
  return context => file => {
    const { factory } = context;
    const host = (name: string) => factory.createPropertyAccessExpression(factory.createIdentifier(hostName), name);
    const visit = (node: ts.Node): ts.Node => {
      const seen = ts.visitEachChild(node, visit, context);
      if (ts.isCallExpression(seen) && seen.expression.kind === ts.SyntaxKind.ImportKeyword) {
        return factory.updateCallExpression(seen, host("import"), undefined, seen.arguments);
      }
      if (ts.isMetaProperty(seen) && seen.keywordToken === ts.SyntaxKind.ImportKeyword) return host("meta");
      return seen;
    };
    const isImport = (statement: ts.Statement) =>
      ts.isImportDeclaration(statement) ||
      (ts.isImportEqualsDeclaration(statement) && ts.isExternalModuleReference(statement.moduleReference));
    const own = file.statements.filter(statement => !isImport(statement));
    const last = own.findLastIndex(statement => !ts.isExportDeclaration(statement));
    const statements = own.map((statement, index) =>
      returns && index === last && ts.isExpressionStatement(statement)
        ? ts.setTextRange(factory.createReturnStatement(statement.expression), statement)
        : statement,
    );
    return ts.visitEachChild(
      factory.updateSourceFile(file, [...file.statements.filter(isImport), ...statements]),
      visit,
      context,
    );
  };
}

/**
 * Removes the line in which TypeScript sets each export to undefined before the code begins, because a cell that is interrupted
 * or fails must not change the variables of earlier cells.
 */
export const withoutResets = (code: string): string => code.replace(/^(exports\.[\w$]+ = )+void 0;$/gm, "");
