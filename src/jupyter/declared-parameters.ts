import { createRequire } from "node:module";
import type ts from "typescript";
import type { Notebook } from "./nbformat.js";
import { hasTag } from "./parameters.js";

/** The type of a parameter's value, as in JSON; `unknown` if the code does not show it. */
type ValueKind = "text" | "number" | "true or false" | "list" | "object" | "unknown";

/** A parameter that a notebook declares in its cell tagged `parameters`, with its default. */
interface DeclaredParameter {
  readonly name: string;
  readonly kind: ValueKind;
}

/**
 * Returns the parameters that a notebook declares; undefined if it has no cell tagged `parameters`.
 *
 * @param language the kernel's: cells in TypeScript and JavaScript are parsed by TypeScript, those in other languages are
 * searched for assignments at the beginning of a line
 */
export function declaredParameters(notebook: Notebook, language: string): readonly DeclaredParameter[] | undefined {
  const cells = notebook.cells.filter(cell => cell.cell_type === "code" && hasTag(cell, "parameters"));
  if (cells.length === 0) return undefined;
  const isScript = /^(type|java)script$/i.test(language);
  return cells.flatMap(({ source }) => (isScript ? declaredInScript(source) : declaredByAssignment(source)));
}

function declaredInScript(source: string): DeclaredParameter[] {
  const typescript = createRequire(import.meta.url)("typescript") as typeof ts;
  const { SyntaxKind } = typescript;
  const kindOf = (node: ts.Node | undefined): ValueKind => {
    switch (node?.kind) {
      case SyntaxKind.StringLiteral:
      case SyntaxKind.NoSubstitutionTemplateLiteral:
      case SyntaxKind.TemplateExpression:
      case SyntaxKind.StringKeyword:
        return "text";
      case SyntaxKind.NumericLiteral:
      case SyntaxKind.PrefixUnaryExpression:
      case SyntaxKind.NumberKeyword:
        return "number";
      case SyntaxKind.TrueKeyword:
      case SyntaxKind.FalseKeyword:
      case SyntaxKind.BooleanKeyword:
        return "true or false";
      case SyntaxKind.ArrayLiteralExpression:
      case SyntaxKind.ArrayType:
        return "list";
      case SyntaxKind.ObjectLiteralExpression:
      case SyntaxKind.TypeLiteral:
        return "object";
      default:
        return "unknown";
    }
  };
  const file = typescript.createSourceFile("parameters.ts", source, typescript.ScriptTarget.Latest);
  return file.statements
    .flatMap(statement => (typescript.isVariableStatement(statement) ? statement.declarationList.declarations : []))
    .flatMap(({ name, type, initializer }) =>
      typescript.isIdentifier(name) ? [{ name: name.text, kind: kindOf(type ?? initializer) }] : [],
    );
}

const declaredByAssignment = (source: string): DeclaredParameter[] =>
  [...source.matchAll(/^([A-Za-z_]\w*)\s*(?::[^=\n]+)?(?:=|<-)(?!=)\s*(.*)$/gm)].map(([, name, value]) => ({
    name: name!,
    kind: kindOfText(value!),
  }));

function kindOfText(value: string): ValueKind {
  if (/^["']/.test(value)) return "text";
  if (/^[-+]?[\d.]/.test(value)) return "number";
  if (/^(True|False|TRUE|FALSE)\b/.test(value)) return "true or false";
  if (/^[[(]/.test(value)) return "list";
  return value.startsWith("{") ? "object" : "unknown";
}

/**
 * Returns the type of a value.
 *
 * @example valueKind(["a"]) // "list"
 */
export function valueKind(value: unknown): ValueKind {
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "true or false";
    case "object":
      return value === null ? "unknown" : "object";
    default:
      return "unknown";
  }
}
