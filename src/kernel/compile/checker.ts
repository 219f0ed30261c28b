import type ts from "typescript";
import type { CellModule } from "./cell-module.js";
import { syntaxErrors } from "./cell-syntax.js";
import { asConstant, isCell, type Mistake, mayAssign, mayLackTypes, mistakeOf } from "./mistakes.js";
import type { TypeScript } from "./typescript/typescript.js";
import { isLocal, type Workspace } from "./workspace/workspace.js";

/** The next cell as part of a program. */
export interface Draft {
  readonly module: CellModule;
  readonly path: string;
  readonly program: ts.Program;
}

/**
 * Errors of modules that are not errors in cells: `await` and `import.meta` (1343, 1375, 1378, 1431, 1432, 2852 to 2854) and
 * import attributes (1324, 2821, 2823) in a module that becomes a function's body; names that such a module may not declare
 * (2441); a `var` that is declared again, since declarations of cells are exported (2323); JSX elements of a factory that declares
 * no types (7026).
 */
const allowedInCells = new Set([1324, 1343, 1375, 1378, 1431, 1432, 2323, 2441, 2821, 2823, 2852, 2853, 2854, 7026]);

/** Finds the mistakes of cells and of the files that they import. */
export class Checker {
  readonly #checked = new Map<string, string>();

  constructor(
    private readonly ts: TypeScript,
    private readonly folder: string,
    private readonly workspace: Workspace,
  ) {}

  /** Makes the next check include files that had no mistakes, because the settings have changed. */
  forget(): void {
    this.#checked.clear();
  }

  /** Returns the mistakes of a cell and of the files that it imports. */
  mistakes({ module, path, program }: Draft): Mistake[] {
    const { ts, folder } = this;
    const file = program.getSourceFile(path)!;
    const mistake = (found: ts.Diagnostic) => mistakeOf(ts, folder, found, { path, module });
    const syntax = syntaxErrors(file);
    if (syntax.length > 0) return syntax.map(mistake);
    const found = program
      .getSemanticDiagnostics(file)
      .filter(each => !allowedInCells.has(each.code) && !mayLackTypes(each) && !mayAssign(ts, each, program))
      .map(each => asConstant(ts, each, program));
    return [...found.map(mistake), ...program.getSourceFiles().flatMap(each => this.mistakesIn(each, program))];
  }

  /** Returns the mistakes of a TypeScript file in the notebook's folder. A version without mistakes is checked only once. */
  mistakesIn(file: ts.SourceFile, program: ts.Program): Mistake[] {
    const { fileName } = file;
    if (!fileName.startsWith(`${this.folder}/`) || !isLocal(fileName) || file.isDeclarationFile) return [];
    if (isCell(fileName) || !/\.[cm]?tsx?$/.test(fileName)) return [];
    const version = this.workspace.getScriptVersion(fileName);
    if (this.#checked.get(fileName) === version) return [];
    const found = [...syntaxErrors(file), ...program.getSemanticDiagnostics(file)].filter(
      each => !allowedInCells.has(each.code) && !mayLackTypes(each),
    );
    if (found.length === 0) this.#checked.set(fileName, version);
    return found.map(each => mistakeOf(this.ts, this.folder, each));
  }
}
