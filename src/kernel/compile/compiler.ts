import { statSync } from "node:fs";
import { join } from "node:path";
import type ts from "typescript";
import { type CellModule, cellModule } from "./cell-module.js";
import { Checker, type Draft } from "./checker.js";
import { type CompiledCode, requiredBy, withoutMapComment } from "./emitted.js";
import { type CompiledFile, compileFile } from "./file.js";
import { guarding } from "./guards.js";
import { lowering, withoutResets } from "./lower.js";
import { CompileError, isCell, mistakeOf, tooDeep } from "./mistakes.js";
import { type Position, SourceMap } from "./source-map.js";
import { moduleNotFound } from "./typescript/hints.js";
import { loadTypeScript, type TypeScript } from "./typescript/typescript.js";
import { type Settings, settingsFor } from "./workspace/settings.js";
import { Workspace } from "./workspace/workspace.js";

/** A compiled cell. */
export interface CompiledCell {
  readonly main: CompiledCode;
  readonly awaits: boolean;
  /** The modules it imports, as written. */
  readonly imports: readonly string[];
  /** The positions of its import declarations. */
  readonly importedAt: ReadonlyMap<string, Position>;
  /** Makes the cell's declarations available to later cells. */
  keep(): void;
}

/** Words of cells that cannot be compiled without Node's types. Other cells are first tried without them. */
const nodeWords =
  /\b(import|export|require|console|process|Buffer|URL|fetch|performance|structuredClone|crypto|WebAssembly|declare|using|set(Timeout|Interval|Immediate))\b|@module/;

/**
 * Compiles cells with TypeScript's language service, each as a separate module.
 *
 * The declarations of a cell are written to the declaration file of its module, and a later cell imports the names that it uses
 * from there. So the time to compile a cell does not grow with the number of cells. If TypeScript cannot write a declaration (an
 * exported value of an unexported type), the module's source is used instead. Reading Node's types takes most of the first
 * compilation, so cells are compiled without them until one needs them.
 */
export class Compiler {
  readonly typescript: TypeScript;
  /** Saves the compiler's bytecode, unless an earlier kernel has, so that the next kernel loads it faster. */
  readonly keepCode: () => void;
  readonly #workspace: Workspace;
  readonly #service: ts.LanguageService;
  readonly #homes = new Map<string, string>();
  readonly #checker: Checker;
  /** The files of cells that add to the global scope or to other modules, and the texts of these cells. */
  readonly #ambient: string[] = [];
  readonly #ambientTexts = new Set<string>();
  #settings: Settings;
  #settingsVersion: string;
  #cells = 0;
  /** Whether the last cell had an import that was not found. */
  #missing = false;

  /** @param folder where cells' modules are searched: the notebook's folder */
  constructor(private readonly folder: string) {
    const { typescript, keep } = loadTypeScript();
    this.typescript = typescript;
    this.keepCode = keep;
    this.#settings = settingsFor(typescript, folder);
    this.#settingsVersion = this.#currentSettings();
    this.#workspace = new Workspace(typescript, folder, this.#settings.options);
    this.#service = typescript.createLanguageService(this.#workspace);
    this.#checker = new Checker(typescript, folder, this.#workspace);
  }

  get options(): ts.CompilerOptions {
    return this.#settings.options;
  }

  #currentSettings(): string {
    const found = statSync(join(this.folder, "tsconfig.json"), { throwIfNoEntry: false });
    return found === undefined ? "none" : `${found.mtimeMs} ${found.size}`;
  }

  /** Whether the settings include the types of no package except Node's. */
  get #onlyNodeTypes(): boolean {
    return this.#settings.options.types?.every(name => name === "node") === true;
  }

  #refreshSettings(): void {
    const version = this.#currentSettings();
    if (version === this.#settingsVersion) return;
    this.#settingsVersion = version;
    this.#settings = settingsFor(this.typescript, this.folder);
    this.#workspace.options = this.#settings.options;
    this.#checker.forget();
  }

  /** Reads JavaScript's library before the first cell needs it. */
  warm(): void {
    this.#draft("").program.getTypeChecker();
  }

  /** Also reads Node's types, before a cell needs them. */
  warmNode(): void {
    this.#workspace.addNode();
    this.warm();
  }

  #jsxNames(code: string): string[] {
    const { jsxFactory, jsxFragmentFactory } = this.#settings.options;
    const pragmas = [...code.matchAll(/@jsx(?:Frag)?\s+([\w$]+)/g)].map(([, name]) => name!);
    return ["React", ...pragmas, ...[jsxFactory, jsxFragmentFactory].flatMap(name => name?.split(".")[0] ?? [])];
  }

  /** Makes code the next cell, in place of an earlier draft. */
  #draft(code: string, known?: Iterable<string>): Draft {
    const module = cellModule(this.typescript, code, name => this.#homes.get(name), this.#jsxNames(code), known);
    const base = join(this.folder, `__cell_${this.#cells + 1}`);
    for (const extension of [".ts", ".tsx"]) this.#workspace.remove(`${base}${extension}`);
    const path = `${base}${module.extension}`;
    this.#workspace.write(path, module.text);
    this.#workspace.roots = [...this.#ambient, path];
    this.#workspace.lookAgain = this.#missing || /\b(import|require|export|reference)\b/.test(code);
    return { module, path, program: this.#service.getProgram()! };
  }

  /** Passes code to the language service, which can then complete or explain it. */
  draft(code: string): { service: ts.LanguageService; path: string; module: CellModule } {
    this.#refreshSettings();
    this.#workspace.addNode();
    const { module, path } = this.#draft(code, this.#homes.keys());
    return { service: this.#service, path, module };
  }

  /**
   * Compiles a cell after all cells before it.
   *
   * @throws CompileError
   */
  compile(code: string): CompiledCell {
    try {
      return this.#compile(code);
    } catch (error) {
      // the compiler visits code by recursion
      throw error instanceof RangeError && /call stack/.test(error.message) ? tooDeep() : error;
    }
  }

  #compile(code: string): CompiledCell {
    this.#refreshSettings();
    if (this.#settings.errors.length > 0) {
      const mistakes = this.#settings.errors.map(error => mistakeOf(this.typescript, this.folder, error));
      throw new CompileError(mistakes.map(each => ({ ...each, file: each.file ?? "tsconfig.json" })));
    }
    if (nodeWords.test(code) || !this.#onlyNodeTypes) this.#workspace.addNode();
    let drafted = this.#draft(code);
    let mistakes = this.#checker.mistakes(drafted);
    if (mistakes.length > 0 && !this.#workspace.withNode) {
      this.#workspace.addNode();
      drafted = this.#draft(code);
      mistakes = this.#checker.mistakes(drafted);
    }
    this.#missing = mistakes.some(({ code: found }) => moduleNotFound.has(found));
    if (mistakes.length > 0) throw new CompileError(mistakes);
    return this.#emit(drafted);
  }

  #emit({ module, path, program }: Draft): CompiledCell {
    const file = program.getSourceFile(path)!;
    const written = new Map<string, string>();
    program.emit(
      file,
      (name, text) => written.set(/\.(d\.ts|map|jsx?)$/.exec(name)?.[1] ?? name, text),
      undefined,
      false,
      {
        before: [guarding(this.typescript, module.awaits), lowering(this.typescript, true)],
      },
    );
    const map = new SourceMap(written.get("map") ?? "", position => module.writtenPosition(position));
    const code = withoutResets(withoutMapComment(written.get("js") ?? written.get("jsx") ?? ""));
    const declarations = written.get("d.ts");
    return {
      main: { code, map },
      awaits: module.awaits,
      imports: requiredBy(code).filter(specifier => !isCell(specifier)),
      importedAt: new Map(file.statements.flatMap(statement => this.#importAt(statement, file, module))),
      keep: () => this.#keep(module, path, declarations),
    };
  }

  #importAt(statement: ts.Statement, file: ts.SourceFile, module: CellModule): [string, Position][] {
    const { typescript } = this;
    if (!typescript.isImportDeclaration(statement) || !typescript.isStringLiteral(statement.moduleSpecifier)) return [];
    const { line, character } = file.getLineAndCharacterOfPosition(statement.getStart(file));
    return [[statement.moduleSpecifier.text, module.writtenPosition({ line, column: character })]];
  }

  #keep({ names, ambient, text }: CellModule, path: string, declarations: string | undefined): void {
    const known = this.#ambientTexts.has(text);
    if (names.size === 0 && (!ambient || known)) return;
    this.#cells++;
    const name = `__cell_${this.#cells}`;
    let kept = path;
    if (declarations === undefined) this.#workspace.write(path, text);
    else {
      this.#workspace.remove(path);
      kept = join(this.folder, `${name}.d.ts`);
      this.#workspace.write(kept, declarations);
    }
    if (ambient && !known) this.#ambient.push(kept);
    if (ambient) this.#ambientTexts.add(text);
    for (const each of names) this.#homes.set(each, `./${name}`);
  }

  /**
   * Makes a module available that is not a file of the notebook's folder, for later cells to import.
   *
   * @param name its path from the folder, without `.ts`
   * @throws CompileError
   */
  addModule(name: string, text: string): void {
    this.#workspace.addNode();
    const path = join(this.folder, `${name}.ts`);
    this.#workspace.write(path, text);
    const { program } = this.#draft(`import ${JSON.stringify(`./${name}`)};`);
    const file = program.getSourceFile(path);
    const mistakes = file === undefined ? [] : this.#checker.mistakesIn(file, program);
    if (mistakes.length === 0) return;
    this.#workspace.remove(path);
    throw new CompileError(mistakes.map(each => ({ ...each, file: undefined })));
  }

  /** Returns the text of a module that is not a file. */
  moduleText(path: string): string | undefined {
    return this.#workspace.virtual(path);
  }

  /**
   * Compiles one file without looking at its types.
   *
   * @throws CompileError for syntax errors
   */
  compileFile(path: string, text: string): CompiledFile {
    return compileFile(this.typescript, { folder: this.folder, options: this.#settings.options }, path, text);
  }
}

/** Compiles a first cell, and saves the compiler's bytecode for later kernels. */
export function keepCompilerCode(folder: string): void {
  const compiler = new Compiler(folder);
  compiler.compile("1 + 2");
  compiler.keepCode();
}
