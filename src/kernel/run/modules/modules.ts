import { readFileSync } from "node:fs";
import { createRequire, isBuiltin, type Module } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Compiler } from "../../compile/compiler.js";
import type { CompiledCode } from "../../compile/emitted.js";
import type { CompiledFile } from "../../compile/file.js";
import type { Guard } from "../stop/guard.js";
import { bodyOf, type Host, withFrame } from "./body.js";
import { type Loaded, LoadedModules } from "./loaded.js";
import { namespaceOf, Packages } from "./packages.js";
import { LocalFiles } from "./resolve.js";

/**
 * The modules that cells import. Local files are compiled and run here, so that a changed file, and each file that
 * depends on it, is loaded again at the next import. Packages are loaded by Node.
 */
export class Modules {
  readonly #loaded: LoadedModules;
  readonly #compiled = new Map<string, { readonly version: string; readonly file: CompiledFile }>();
  /** The queries with which local files were imported. */
  readonly #queries = new Map<string, ReadonlySet<string>>();
  readonly #files: LocalFiles;
  readonly #packages: Packages;

  /**
   * @param guard checked by compiled code before it continues
   * @param named called before each module's code runs, with the code and its name in stack traces
   * @param tslab returns the module for `import "tslab"`
   */
  constructor(
    private readonly compiler: Compiler,
    private readonly guard: Guard,
    private readonly named: (name: string, code: CompiledCode) => void,
    tslab: () => unknown,
  ) {
    this.#files = new LocalFiles(compiler);
    this.#loaded = new LoadedModules(path => this.#files.version(path));
    this.#packages = new Packages(tslab);
  }

  /** Drops the local modules whose files have changed, and those that depend on them. */
  refresh(): void {
    this.#loaded.refresh();
  }

  /**
   * Loads modules that await while they load, which the compiled code's `require` cannot load. Other failures are left to the
   * code itself, where the line is known.
   *
   * @param above the modules that wait for this, each imported by the one before it
   */
  async prepare(specifiers: readonly string[], from: string, above: readonly string[] = []): Promise<void> {
    for (const specifier of specifiers) {
      const local = this.#files.resolve(specifier, from);
      if (local === undefined) await this.#packages.prepare(specifier, from);
      else if (this.#awaits(local, new Set(above))) await this.#loadAwaiting(local, above);
    }
  }

  /** Whether any of the modules need `prepare`. */
  needsPreparation(specifiers: readonly string[], from: string): boolean {
    return specifiers.some(specifier => {
      const local = this.#files.resolve(specifier, from);
      return local === undefined ? this.#packages.needsPreparation(specifier, from) : this.#awaits(local, new Set());
    });
  }

  /** Returns the `require` of a file. @param imports gathers the local modules that are loaded through it */
  requireFrom(from: string, imports?: Set<string>): NodeJS.Require {
    const require = createRequire(from);
    const local = (id: unknown) =>
      typeof id === "string" && id !== "tslab" ? this.#files.resolve(id, from) : undefined;
    const find = (id: string, options?: { paths?: string[] }) => local(id) ?? require.resolve(id, options);
    const resolve = Object.assign(find, { paths: require.resolve.paths });
    return new Proxy(require, {
      get: (target, key) => (key === "resolve" ? resolve : Reflect.get(target, key)),
      apply: (_, __, [id]: [string]) => {
        const path = local(id);
        if (path === undefined) return this.#packages.require(id, from);
        imports?.add(path);
        return this.#load(path).exports;
      },
    });
  }

  /** Returns `import()` and `import.meta` for the code of a file. */
  host(from: string, imports?: Set<string>): Host {
    return {
      import: async (specifier, options) => {
        const [, caller] = new Error().stack?.split("\n    at ") ?? [];
        try {
          return await this.#import(String(specifier), from, imports, options);
        } catch (error) {
          throw withFrame(error, caller);
        }
      },
      meta: {
        url: pathToFileURL(from).href,
        filename: from,
        dirname: dirname(from),
        resolve: (specifier: string) => {
          const local = this.#files.resolve(specifier, from);
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
    const local = specifier === "tslab" ? undefined : this.#resolveWithQuery(specifier, from);
    if (local === undefined) return this.#packages.import(specifier, from, options);
    imports?.add(local);
    if (this.#awaits(local, new Set())) await this.#loadAwaiting(local, []);
    return namespaceOf(this.#load(local).exports);
  }

  /** Returns the local file of an import, which is loaded again for each new query (`./a.ts?v=2`), as Node does. */
  #resolveWithQuery(specifier: string, from: string): string | undefined {
    const found = this.#files.resolve(specifier, from);
    const [plain, query] = specifier.split(/\?(.*)/s);
    if (query === undefined || (found !== undefined && !specifier.startsWith("file:"))) return found;
    const local = this.#files.resolve(plain!, from);
    if (local === undefined || this.#queries.get(local)?.has(query) === true) return local;
    this.#queries.set(local, new Set([...(this.#queries.get(local) ?? []), query]));
    this.#loaded.drop(local);
    return local;
  }

  #compile(path: string): CompiledFile {
    const version = this.#files.version(path) ?? "";
    const known = this.#compiled.get(path);
    if (known?.version === version) return known.file;
    const text = this.compiler.moduleText(path) ?? readFileSync(path, "utf8").replace(/^#!.*/, "");
    const file = this.compiler.compileFile(path, text);
    this.#compiled.set(path, { version, file });
    return file;
  }

  /** Whether a module, or one that it imports, still awaits while it loads. */
  #awaits(path: string, seen: Set<string>): boolean {
    if (seen.has(path) || path.endsWith(".json")) return false;
    seen.add(path);
    const loaded = this.#loaded.get(path);
    if (loaded !== undefined) return !loaded.done && loaded.loading !== undefined;
    try {
      const { awaits, imports } = this.#compile(path);
      return (
        awaits ||
        imports.some(each => {
          const local = this.#files.resolve(each, path);
          return local === undefined ? this.#packages.isOnlyImportable(each, path) : this.#awaits(local, seen);
        })
      );
    } catch {
      return false;
    }
  }

  async #loadAwaiting(path: string, above: readonly string[]): Promise<void> {
    const loaded = this.#loaded.get(path);
    if (loaded !== undefined) return loaded.loading;
    const { imports } = this.#compile(path);
    const entry = this.#loaded.enter(path, this.guard.current());
    const load = async () => {
      for (const each of imports) {
        const local = this.#files.resolve(each, path);
        if (local !== undefined) entry.imports.add(local);
        await this.prepare([each], path, [...above, path]);
      }
      await this.#run(path, entry);
      entry.done = true;
    };
    entry.loading = load();
    try {
      await entry.loading;
    } catch (error) {
      this.#loaded.drop(path);
      throw error;
    }
  }

  #load(path: string): Module {
    const loaded = this.#loaded.find(path);
    if (loaded !== undefined) return loaded.module;
    const entry = this.#loaded.enter(path, this.guard.current());
    try {
      if (path.endsWith(".json")) entry.module.exports = readJson(path);
      else if (this.#compile(path).awaits) {
        throw new Error(`${path} uses await while it loads: load it with import, not with require`);
      } else this.#loaded.run(path, () => this.#run(path, entry));
      entry.done = true;
    } catch (error) {
      this.#loaded.drop(path);
      throw error;
    }
    return entry.module;
  }

  #run(path: string, { module, imports }: Loaded): unknown {
    const file = this.#compile(path);
    this.named(path, file);
    return bodyOf(
      file.code,
      path,
      file.awaits,
    )({
      self: module.exports as object,
      exports: module.exports,
      require: this.requireFrom(path, imports),
      module,
      filename: path,
      dirname: dirname(path),
      host: this.host(path, imports),
      guard: this.guard,
    });
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
