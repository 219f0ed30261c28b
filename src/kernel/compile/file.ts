import type ts from "typescript";
import { cellModule } from "./cell-module.js";
import { syntaxErrors } from "./cell-syntax.js";
import { type CompiledCode, requiredBy, withoutMapComment } from "./emitted.js";
import { guarding } from "./guards.js";
import { lowering } from "./lower.js";
import { CompileError, mistakeOf } from "./mistakes.js";
import { SourceMap } from "./source-map.js";
import type { TypeScript } from "./typescript/typescript.js";

/** A compiled file. */
export interface CompiledFile extends CompiledCode {
  readonly awaits: boolean;
  readonly imports: readonly string[];
}

/**
 * Compiles one file without looking at its types.
 *
 * @param settings the notebook's folder and the compiler's options
 * @throws CompileError for syntax errors
 */
export function compileFile(
  ts: TypeScript,
  settings: { readonly folder: string; readonly options: ts.CompilerOptions },
  path: string,
  text: string,
): CompiledFile {
  const errors = syntaxErrors(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  if (errors.length > 0) throw new CompileError(errors.map(each => mistakeOf(ts, settings.folder, each)));
  const { awaits } = cellModule(ts, text, () => undefined, []);
  const { outputText, sourceMapText } = ts.transpileModule(text, {
    // to TypeScript, .mts and .mjs are ES modules, independent of the options
    fileName: path.replace(/\.[cm]([jt]s)$/, ".$1"),
    // a file without imports and exports is CommonJS as it stands
    compilerOptions: {
      ...settings.options,
      declaration: false,
      moduleDetection: ts.ModuleDetectionKind.Legacy,
    },
    transformers: { before: [guarding(ts, awaits), lowering(ts, false)] },
  });
  const code = withoutMapComment(outputText);
  const map = sourceMapText === undefined ? undefined : new SourceMap(sourceMapText);
  return { code, map, awaits, imports: requiredBy(code) };
}
