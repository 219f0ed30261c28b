import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type { Converter, Diagnostic } from "tslab/dist/converter.js";
import type { CodeMetadata } from "tslab/dist/metadata.js";
import { type RawSourceMap, SourceMap, takeInlineMap } from "./source-map.js";

/** What this kernel uses of TypeScript beyond tslab. */
export interface TypeScript {
  readonly ScriptTarget: { readonly Latest: number };
  readonly ScriptKind: { readonly TS: number };
  createSourceFile(name: string, text: string, target: number, parents: undefined, kind: number): ParsedFile;
  createWatchCompilerHost(files: string[], options: object, system: object, ...rest: unknown[]): object;
  transpileModule(input: string, options: { compilerOptions: object }): { outputText: string };
  readonly sys: TypeScriptSystem;
  readonly version: string;
}

export interface ParsedFile {
  readonly parseDiagnostics: readonly { readonly start: number; readonly code: number }[];
}

interface TypeScriptSystem {
  watchFile(path: string, ...rest: unknown[]): { close(): void };
  watchDirectory(path: string, ...rest: unknown[]): { close(): void };
}

/** Compiled code, with the way back to the cell. */
export interface CompiledCode {
  readonly code: string;
  readonly map: SourceMap | undefined;
}

/** A compiled cell. */
export interface CompiledCell {
  /** Absent where the cell holds nothing but types or comments. */
  readonly main: CompiledCode | undefined;
  readonly awaits: boolean;
  /** The export that holds the last expression's value. */
  readonly lastExpression: string | undefined;
  /** TypeScript files of the notebook's folder that the cell imports, compiled, by the path of the .js they stand for. */
  readonly files: ReadonlyMap<string, CompiledCode>;
  /** What later cells can see. */
  readonly declarations: string;
}

/** A cell that does not compile. */
export class CompileError extends Error {
  override readonly name = "CompileError";
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ messageText }) => messageText).join("\n"));
  }
}

/** tslab puts `export {};` and a line's end before each cell. */
export const prefixLines = 1;

/** Words of cells that cannot be compiled without Node's types. Others may be, and are tried without. */
const nodeWords =
  /\b(import|export|require|console|process|Buffer|URL|fetch|performance|structuredClone|set(Timeout|Interval|Immediate))\b|@module/;

/** TypeScript's error for an import that leads nowhere. */
const moduleNotFound = 2307;

/**
 * tslab's converter, made to keep source maps and to start fast.
 *
 * Reading Node's types takes most of a converter's start. Until a cell needs them, cells are compiled by a `small`
 * converter that knows the language alone; a cell it cannot compile without a complaint goes to the `full` one, and so
 * do all after it.
 */
export class Compiler {
  readonly typescript: TypeScript;
  #createConverter: (options: { isJS: boolean; isBrowser: boolean }) => Converter;
  #metadata: (code: string) => CodeMetadata;
  #small: Converter | undefined;
  #full: Converter | undefined;
  /** Cells have needed the full converter: what they declare may only make sense to it. */
  #outgrown = false;
  #types: readonly string[] = [];
  readonly #paths: Readonly<Record<string, readonly string[]>>;
  readonly #maps = new Map<string, SourceMap>();
  /** What the cells so far declare. */
  declarations = "";

  /** @param folder where cells look for modules */
  constructor(folder: string) {
    this.#paths = ownTypes(folder);
    const require = createRequire(createRequire(import.meta.url).resolve("tslab/package.json"));
    const path = require.resolve("@tslab/typescript-for-tslab");
    const typescript = require(path) as TypeScript;
    this.typescript = typescript;
    // tslab reads its TypeScript from the cache of modules: it gets one that writes source maps
    require.cache[path]!.exports = this.#withMaps(typescript);
    const converter = require("./dist/converter.js") as typeof import("tslab/dist/converter.js");
    this.#createConverter = converter.createConverter;
    this.#metadata = (require("./dist/metadata.js") as typeof import("tslab/dist/metadata.js")).getCodeMetadata;
  }

  #withMaps(typescript: TypeScript): TypeScript {
    const nowhere = { close() {} };
    const system = Object.create(typescript.sys) as TypeScriptSystem;
    const own = join(dirname(createRequire(import.meta.url).resolve("../../package.json")), "dist", sep);
    const isLibrary = (path: string) => path.includes(`${sep}node_modules${sep}`) || path.startsWith(own);
    // hundreds of watchers on files that do not change while a notebook is open
    system.watchFile = (path, ...rest) => (isLibrary(path) ? nowhere : typescript.sys.watchFile(path, ...rest));
    system.watchDirectory = () => nowhere;
    return {
      ...typescript,
      sys: system,
      createWatchCompilerHost: (files, options, ...rest) =>
        typescript.createWatchCompilerHost(
          files,
          { ...options, inlineSourceMap: true, types: this.#types, paths: this.#paths },
          ...rest,
        ),
      transpileModule: (input, options) => {
        const first = takeInlineMap(input);
        const compilerOptions = { ...options.compilerOptions, inlineSourceMap: true };
        const second = takeInlineMap(
          typescript.transpileModule(first.code, { ...options, compilerOptions }).outputText,
        );
        const steps = [second.map, first.map].filter((map): map is RawSourceMap => map !== undefined);
        this.#maps.set(second.code, new SourceMap(steps));
        return { outputText: second.code };
      },
    };
  }

  /** The converter with Node's types. The first call takes most of a second. */
  get full(): Converter {
    if (this.#full === undefined) {
      this.#types = ["node"];
      this.#full = this.#createConverter({ isJS: false, isBrowser: false });
      this.#small?.close();
      this.#small = undefined;
      this.#outgrown = true;
    }
    return this.#full;
  }

  /** Prepares for cells that may come: cheaply at first, fully the second time. */
  warm(): void {
    if (this.#small === undefined && !this.#outgrown) this.#openSmall();
    else void this.full;
  }

  #openSmall(): Converter {
    this.#small ??= this.#createConverter({ isJS: false, isBrowser: false });
    return this.#small;
  }

  /**
   * Compiles a cell after all cells before it.
   *
   * @throws CompileError
   */
  compile(code: string): CompiledCell {
    if (code.includes("@module")) {
      const metadata = this.#metadata(code);
      if (metadata.module !== undefined) return this.#addModule(metadata.module, code, metadata);
    }
    let converted = !this.#outgrown && !nodeWords.test(code) ? this.#convertSmall(code) : undefined;
    converted ??= this.full.convert(this.declarations, code);
    if (converted.diagnostics.length > 0) {
      if (converted.diagnostics.some(({ code }) => code === moduleNotFound)) this.#forgetFiles();
      throw new CompileError(converted.diagnostics);
    }
    const compiled = (text: string): CompiledCode => {
      const map = this.#maps.get(text);
      this.#maps.delete(text);
      return { code: text, map };
    };
    return {
      main: converted.output ? compiled(converted.output) : undefined,
      awaits: converted.hasToplevelAwait === true,
      lastExpression: converted.lastExpressionVar,
      files: new Map(converted.sideOutputs?.map(({ path, data }) => [path, compiled(data)])),
      declarations: converted.declOutput ?? "",
    };
  }

  /** A converter remembers what it did not find, and no directory is watched: a new one looks again. */
  #forgetFiles(): void {
    this.#full?.close();
    this.#full = undefined;
  }

  #convertSmall(code: string) {
    const converted = this.#openSmall().convert(this.declarations, code);
    return converted.diagnostics.length === 0 ? converted : undefined;
  }

  /** A cell that begins with a doc comment `@module name` is a module that later cells import. */
  #addModule(name: string, code: string, metadata: CodeMetadata): CompiledCell {
    const diagnostics = this.full.addModule(name, code, metadata);
    if (diagnostics.length > 0) throw new CompileError(diagnostics);
    const { declarations } = this;
    return { main: undefined, awaits: false, lastExpression: undefined, files: new Map(), declarations };
  }
}

/** Where a folder has no rund-lab of its own, the types of this one, as TypeScript's `paths`. */
function ownTypes(folder: string): Record<string, string[]> {
  try {
    createRequire(join(folder, "cell.js")).resolve("rund-lab");
    return {};
  } catch {
    const file = createRequire(import.meta.url).resolve("../../package.json");
    const { exports } = JSON.parse(readFileSync(file, "utf8")) as { exports: Record<string, { types?: string }> };
    const typed = Object.entries(exports).filter(([, { types }]) => types !== undefined);
    return Object.fromEntries(
      typed.map(([entry, { types }]) => [join("rund-lab", entry), [join(dirname(file), types!)]]),
    );
  }
}
