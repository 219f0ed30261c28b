import { join } from "node:path";
import type { CompiledCell } from "../compile/compiler.js";
import type { CompiledCode } from "../compile/emitted.js";
import { isCell } from "../compile/mistakes.js";
import { bodyOf, withFrame } from "./modules/body.js";
import type { Modules } from "./modules/modules.js";
import type { Guard } from "./stop/guard.js";

/** Runs compiled cells in this process, with one namespace for the variables of all of them. */
export class Executor {
  /** The cells' variables: compiled cells read and write this object. */
  readonly variables: Record<string, unknown> = {};
  readonly #exports: Record<string, unknown>;
  readonly #file: string;
  readonly #require: NodeJS.Require;

  /**
   * @param folder where cells' modules are searched
   * @param guard checked by compiled code before it continues
   * @param named called before each cell's code runs, with the code and its name in stack traces
   */
  constructor(
    private readonly folder: string,
    private readonly modules: Modules,
    private readonly guard: Guard,
    private readonly named: (name: string, code: CompiledCode) => void,
  ) {
    // an import is compiled to a getter, so later cells see when its module sets it anew; a cell that declares the name replaces it
    this.#exports = new Proxy(this.variables, {
      defineProperty: (variables, name, descriptor) =>
        name === "__esModule" || Reflect.defineProperty(variables, name, { ...descriptor, configurable: true }),
      set: (variables, name, value) =>
        Reflect.defineProperty(variables, name, { value, writable: true, enumerable: true, configurable: true }),
    });
    this.#file = join(folder, "cell.ts");
    const require = modules.requireFrom(this.#file);
    this.#require = new Proxy(require, {
      apply: (target, self, args: [string]) => (isCell(args[0]) ? this.#exports : Reflect.apply(target, self, args)),
    });
    Object.assign(globalThis, { __tslab__: { exports: this.#exports, require: this.#require } });
  }

  /**
   * Runs one cell.
   *
   * @param name the cell's name in stack traces
   * @returns the value of the last expression, if there is one; a promise for a cell that awaits
   */
  run(name: string, { main, awaits, imports, importedAt }: CompiledCell): unknown {
    this.named(name, main);
    this.modules.refresh();
    const body = bodyOf(main.code, name, awaits);
    const filename = join(this.folder, name);
    const scope = {
      exports: this.#exports,
      require: this.#require,
      module: { exports: this.#exports },
      filename,
      dirname: this.folder,
      host: this.modules.host(filename),
      guard: this.guard,
    };
    const start = () => (this.guard.ended() ? this.guard.leave() : body(scope));
    if (!this.modules.needsPreparation(imports, this.#file)) return start();
    const prepare = async () => {
      for (const specifier of imports) {
        await this.modules.prepare([specifier], this.#file).catch(error => {
          const at = importedAt.get(specifier);
          throw withFrame(error, at && `${name}:${at.line + 1}:${at.column + 1}`);
        });
      }
    };
    return prepare().then(start);
  }
}
