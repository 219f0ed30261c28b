import { existsSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { dirname, join, resolve } from "node:path";
import { Script } from "node:vm";
import { type CompiledCell, type CompiledCode, prefixLines } from "./compiler.js";

/** Runs compiled cells in this process, one namespace for all of them, as tslab's executor does. */
export class Executor {
  /** The cells' variables: a compiled cell writes to and reads from this. */
  readonly variables: Record<string, unknown> = {};
  readonly #exports: Record<string, unknown>;
  readonly #require: NodeJS.Require;
  readonly #files = new Map<string, CompiledCode>();
  readonly #loaded = new Map<string, Module>();

  /**
   * @param folder where cells look for modules
   * @param named told of each piece of code under the name it will have in stack traces, and how many lines tslab put
   *   before its source, before it runs
   * @param tslab what `import "tslab"` gives
   */
  constructor(
    folder: string,
    private readonly named: (name: string, code: CompiledCode, prefix: number) => void,
    private readonly tslab: () => unknown,
  ) {
    // an import is compiled to a getter; as a plain value a later cell can assign to it
    this.#exports = new Proxy(this.variables, {
      defineProperty: (variables, name, descriptor) => {
        if (name !== "__esModule") variables[name as string] = descriptor.get ? descriptor.get() : descriptor.value;
        return true;
      },
    });
    this.#require = this.#requireFrom(createRequire(join(folder, "cell.js")), folder);
    Object.assign(globalThis, { __tslab__: { exports: this.#exports, require: this.#require } });
  }

  /** The files a cell brings along replace what was loaded of them before. */
  addFiles(files: ReadonlyMap<string, CompiledCode>): void {
    for (const [path, code] of files) {
      this.#files.set(path, code);
      this.#loaded.delete(path);
    }
  }

  /**
   * Runs one cell.
   *
   * @param name names the cell in stack traces
   * @returns the value of the last expression, where there is one
   */
  run(name: string, { main, awaits, lastExpression, files }: CompiledCell): unknown {
    this.addFiles(files);
    if (main === undefined) return undefined;
    this.named(name, main, prefixLines);
    const head = awaits ? "(async function (exports, require) {\n" : "(function (exports, require) {\n";
    const script = new Script(`${head}${main.code}\n})`, { filename: name, lineOffset: -1 });
    const cell = script.runInThisContext() as (exports: object, require: NodeJS.Require) => unknown;
    const done = cell(this.#exports, this.#require);
    return awaits ? (done as Promise<void>).then(() => this.#take(lastExpression)) : this.#take(lastExpression);
  }

  #take(name: string | undefined): unknown {
    if (name === undefined) return undefined;
    const value = this.variables[name];
    delete this.variables[name];
    return value;
  }

  /** `require` that knows tslab and the files compiled along with cells. */
  #requireFrom(require: NodeJS.Require, folder: string): NodeJS.Require {
    return new Proxy(require, {
      apply: (_, __, [id]: [string]) => {
        if (id === "tslab") return this.tslab();
        const own = id.startsWith(".") ? this.#load(resolve(folder, id)) : undefined;
        if (own !== undefined) return own.exports;
        return id === "rund-lab" || id.startsWith("rund-lab/") ? requireSelf(require, id) : require(id);
      },
    });
  }

  #load(path: string): Module | undefined {
    const file = [path, `${path}.js`, join(path, "index.js")].find(candidate => this.#files.has(candidate));
    if (file === undefined) return undefined;
    const loaded = this.#loaded.get(file);
    if (loaded !== undefined) return loaded;
    const code = this.#files.get(file)!;
    const module = new Module(file);
    this.#loaded.set(file, module);
    const source = [file.replace(/\.js$/, ".ts"), file.replace(/\.js$/, ".tsx"), file].find(path => existsSync(path));
    const name = source ?? file;
    // what is not on the disk is a cell's module, compiled as cells are
    this.named(name, code, source === undefined ? prefixLines : 0);
    module.filename = file;
    const wrapped = `(function (exports, require, module, __filename, __dirname) {\n${code.code}\n})`;
    const run = new Script(wrapped, { filename: name, lineOffset: -1 }).runInThisContext();
    const require = this.#requireFrom(createRequire(file), dirname(file));
    run.call(module.exports, module.exports, require, module, file, dirname(file));
    return module;
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
