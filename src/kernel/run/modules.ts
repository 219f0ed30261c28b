import { readFileSync, statSync } from "node:fs";
import { createRequire, isBuiltin, Module } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import type { CompiledCode, CompiledFile, Compiler } from "../compile/compiler.js";
import { lentName } from "../compile/lower.js";
import { isLocal } from "../compile/workspace.js";

/** What a module's or a cell's compiled code is given by name. */
export interface Lent {
  import(specifier: string, options?: ImportCallOptions): Promise<unknown>;
  readonly meta: ImportMeta;
}

/** A local module that has been loaded. */
interface Loaded {
  readonly version: string;
  readonly module: Module;
  /** The local modules that it has imported. */
  readonly imports: Set<string>;
}

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];
/** What TypeScript allows to be written for a source file: its compiled name. */
const sources: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/**
 * The modules that cells import. Local files are compiled and run here, so that a changed one, and whatever depends on
 * it, is loaded again at the next import. Packages are Node's.
 */
export class Modules {
  readonly #loaded = new Map<string, Loaded>();
  readonly #compiled = new Map<string, { readonly version: string; readonly file: CompiledFile }>();
  /** Packages that only a real `import` can load, by folder and specifier. */
  readonly #imported = new Map<string, unknown>();

  /**
   * @param named told of each module's code under the name it will have in stack traces, before it runs
   * @param tslab what `import "tslab"` gives
   */
  constructor(
    private readonly compiler: Compiler,
    private readonly named: (name: string, code: CompiledCode) => void,
    private readonly tslab: () => unknown,
  ) {}

  /** Forgets the local modules whose files have changed, and those that depend on them. */
  refresh(): void {
    const stale = new Set(
      [...this.#loaded].filter(([path, { version }]) => this.#version(path) !== version).map(([path]) => path),
    );
    for (let before = -1; before !== stale.size; ) {
      before = stale.size;
      for (const [path, { imports }] of this.#loaded) if ([...imports].some(each => stale.has(each))) stale.add(path);
    }
    for (const path of stale) this.#loaded.delete(path);
  }

  /**
   * Loads what the compiled code's `require` could not: modules that await while they load. Other failures are left to
   * the code itself, which knows its line.
   */
  async prepare(specifiers: readonly string[], from: string): Promise<void> {
    for (const specifier of specifiers) {
      const local = this.#resolve(specifier, from);
      if (local !== undefined) {
        if (!this.#awaits(local, new Set())) continue;
        await this.#loadAwaiting(local);
      } else if (specifier !== "tslab" && !isBuiltin(specifier)) await this.#preparePackage(specifier, from);
    }
  }

  /** Whether any of the modules need `prepare`. */
  needsPreparation(specifiers: readonly string[], from: string): boolean {
    return specifiers.some(specifier => {
      const local = this.#resolve(specifier, from);
      if (local !== undefined) return this.#awaits(local, new Set());
      return specifier !== "tslab" && !isBuiltin(specifier) && !this.#imported.has(`${dirname(from)}\0${specifier}`);
    });
  }

  async #preparePackage(specifier: string, from: string): Promise<void> {
    const key = `${dirname(from)}\0${specifier}`;
    if (this.#imported.has(key)) return;
    try {
      this.#requirePackage(specifier, from);
    } catch (error) {
      const { code } = error as { code?: string };
      if (!["ERR_REQUIRE_ASYNC_MODULE", "ERR_REQUIRE_ESM", "ERR_PACKAGE_PATH_NOT_EXPORTED"].includes(code ?? ""))
        return;
      const namespace = (await importFrom(from)(specifier)) as object;
      this.#imported.set(key, Object.defineProperty({ ...namespace }, "__esModule", { value: true }));
    }
  }

  /** Returns the `require` of a file. @param imports gathers the local modules that are loaded through it */
  requireFrom(from: string, imports?: Set<string>): NodeJS.Require {
    return new Proxy(createRequire(from), {
      apply: (_, __, [id]: [string]) => {
        if (id === "tslab") return this.tslab();
        const local = typeof id === "string" ? this.#resolve(id, from) : undefined;
        if (local !== undefined) {
          imports?.add(local);
          return this.#load(local).exports;
        }
        return this.#imported.get(`${dirname(from)}\0${id}`) ?? this.#requirePackage(id, from);
      },
    });
  }

  #requirePackage(id: string, from: string): unknown {
    const require = createRequire(from);
    return id === "rund-lab" || id.startsWith("rund-lab/") ? requireSelf(require, id) : require(id);
  }

  /** Returns what the code of a file is given by name. */
  lent(from: string, imports?: Set<string>): Lent {
    const url = pathToFileURL(from).href;
    return {
      import: (specifier, options) => this.#import(String(specifier), from, imports, options),
      meta: {
        url,
        filename: from,
        dirname: dirname(from),
        resolve: (specifier: string) => {
          const local = this.#resolve(specifier, from);
          if (local !== undefined) return pathToFileURL(local).href;
          const found = createRequire(from).resolve(specifier);
          return isBuiltin(found) ? found : pathToFileURL(found).href;
        },
      } as ImportMeta,
    };
  }

  async #import(
    specifier: string,
    from: string,
    imports: Set<string> | undefined,
    options: ImportCallOptions | undefined,
  ): Promise<unknown> {
    if (specifier === "tslab") return this.tslab();
    const local = this.#resolve(specifier, from);
    if (local === undefined) {
      const own = (specifier === "rund-lab" || specifier.startsWith("rund-lab/")) && !canResolve(from, specifier);
      return own ? namespaceOf(this.#requirePackage(specifier, from)) : importFrom(from)(specifier, options);
    }
    imports?.add(local);
    if (this.#awaits(local, new Set())) await this.#loadAwaiting(local);
    return namespaceOf(this.#load(local).exports);
  }

  /** Finds the local file that a specifier stands for; undefined for packages. */
  #resolve(specifier: string, from: string): string | undefined {
    if (/^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..") {
      const path = resolve(dirname(from), specifier);
      return this.#find(path);
    }
    if (specifier.startsWith("file:")) return this.#find(new URL(specifier).pathname);
    const { options, typescript } = this.compiler;
    if (options.paths === undefined || isBuiltin(specifier)) return undefined;
    const { resolvedModule } = typescript.resolveModuleName(specifier, from, options, typescript.sys);
    const path = resolvedModule?.resolvedFileName;
    return path === undefined || !isLocal(path) || /\.d\.[cm]?ts$/.test(path) ? undefined : path;
  }

  #find(path: string): string | undefined {
    if (!isLocal(path)) return undefined;
    const extension = extname(path);
    const stem = path.slice(0, path.length - extension.length);
    const candidates = [
      ...(extensions.includes(extension) ? [path] : []),
      ...(sources[extension] ?? []).map(each => stem + each),
      ...extensions.map(each => path + each),
      ...extensions.map(each => join(path, `index${each}`)),
    ];
    return candidates.find(each => this.#version(each) !== undefined);
  }

  #version(path: string): string | undefined {
    const virtual = this.compiler.moduleText(path);
    if (virtual !== undefined) return virtual;
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() === true ? `${found.mtimeMs} ${found.size} ${found.ino}` : undefined;
  }

  #compile(path: string): CompiledFile {
    const version = this.#version(path) ?? "";
    const known = this.#compiled.get(path);
    if (known?.version === version) return known.file;
    const text = this.compiler.moduleText(path) ?? readFileSync(path, "utf8").replace(/^#!.*/, "");
    const file = this.compiler.compileFile(path, text);
    this.#compiled.set(path, { version, file });
    return file;
  }

  /** Whether a module, or one that it imports, awaits while it loads. */
  #awaits(path: string, seen: Set<string>): boolean {
    if (seen.has(path) || this.#loaded.has(path) || path.endsWith(".json")) return false;
    seen.add(path);
    try {
      const { awaits, imports } = this.#compile(path);
      return (
        awaits ||
        imports.some(each => {
          const local = this.#resolve(each, path);
          return local === undefined ? !isBuiltin(each) && this.#onlyImportable(each, path) : this.#awaits(local, seen);
        })
      );
    } catch {
      return false;
    }
  }

  /** Whether a package cannot be loaded by `require`; it is loaded to know. */
  #onlyImportable(specifier: string, from: string): boolean {
    if (specifier === "tslab" || this.#imported.has(`${dirname(from)}\0${specifier}`)) return false;
    try {
      this.#requirePackage(specifier, from);
      return false;
    } catch (error) {
      return /^ERR_(REQUIRE|PACKAGE_PATH)/.test((error as { code?: string }).code ?? "");
    }
  }

  async #loadAwaiting(path: string): Promise<void> {
    if (this.#loaded.has(path)) return;
    const { imports } = this.#compile(path);
    const entry = this.#enter(path);
    try {
      for (const each of imports) {
        const local = this.#resolve(each, path);
        if (local !== undefined) entry.imports.add(local);
        await this.prepare([each], path);
      }
      await this.#run(path, entry);
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
  }

  #load(path: string): Module {
    const loaded = this.#loaded.get(path);
    if (loaded !== undefined) return loaded.module;
    const entry = this.#enter(path);
    try {
      if (path.endsWith(".json")) entry.module.exports = readJson(path);
      else if (this.#compile(path).awaits) {
        throw new Error(`${path} awaits while it loads: load it with import, not with require`);
      } else void this.#run(path, entry);
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
    return entry.module;
  }

  #enter(path: string): Loaded {
    const module = new Module(path);
    module.filename = path;
    const entry = { version: this.#version(path) ?? "", module, imports: new Set<string>() };
    this.#loaded.set(path, entry);
    return entry;
  }

  #run(path: string, { module, imports }: Loaded): unknown {
    const file = this.#compile(path);
    this.named(path, file);
    const parameters = `exports, require, module, __filename, __dirname, ${lentName}`;
    const head = `(${file.awaits ? "async " : ""}function (${parameters}) {\n`;
    const run = new Script(`${head}${file.code}\n})`, { filename: path, lineOffset: -1 }).runInThisContext();
    const require = this.requireFrom(path, imports);
    return run.call(module.exports, module.exports, require, module, path, dirname(path), this.lent(path, imports));
  }
}

function readJson(path: string): unknown {
  const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${path}: expected JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** A CommonJS module's exports as `import()` gives them. */
function namespaceOf(exports: unknown): unknown {
  if (typeof exports === "object" && exports !== null && "__esModule" in exports) return exports;
  return { ...(exports as object), default: exports };
}

/** Node's own `import()`, as a file calls it. */
function importFrom(from: string): (specifier: string, options?: ImportCallOptions) => Promise<unknown> {
  // Node warns that this way to its loader is experimental, which is no news for whoever runs a cell
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const script = new Script("(specifier, options) => import(specifier, options)", {
      filename: from,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    return script.runInThisContext();
  } finally {
    process.emitWarning = emitWarning;
  }
}

function canResolve(from: string, id: string): boolean {
  try {
    createRequire(from).resolve(id);
    return true;
  } catch {
    return false;
  }
}

/** The library: the one installed beside the notebook, else the one this kernel belongs to. */
function requireSelf(require: NodeJS.Require, id: string): unknown {
  try {
    require.resolve(id);
  } catch {
    return createRequire(import.meta.url)(id);
  }
  return require(id);
}
