import { createRequire, isBuiltin } from "node:module";
import { dirname } from "node:path";
import { constants, Script } from "node:vm";
import { canResolve } from "../../spec.js";

/** The packages that cells and local modules import. Node loads them; `tslab` and `rund-lab` are available in any folder. */
export class Packages {
  /** Packages that only a real `import` can load, by folder and specifier. */
  readonly #imported = new Map<string, unknown>();
  /** The first failure of each package. Node replaces it by a failure of its own when a broken ES module is required again. */
  readonly #failures = new Map<string, unknown>();

  /** @param tslab returns the module for `import "tslab"` */
  constructor(private readonly tslab: () => unknown) {}

  /** Whether `require` may be unable to load a package, so that `prepare` must be called first. */
  needsPreparation(specifier: string, from: string): boolean {
    return specifier !== "tslab" && !isBuiltin(specifier) && !this.#imported.has(keyOf(specifier, from));
  }

  /** Loads a package that `require` cannot load. Other failures are left to the code itself, where the line is known. */
  async prepare(specifier: string, from: string): Promise<void> {
    if (!this.needsPreparation(specifier, from)) return;
    const failure = this.#failure(specifier, from);
    if (failure === undefined || !onlyImportable.has(failure)) return;
    const namespace = (await importFrom(from)(specifier)) as object;
    this.#imported.set(keyOf(specifier, from), Object.defineProperty({ ...namespace }, "__esModule", { value: true }));
  }

  /** Whether `require` cannot load a package. Tries to load it. */
  isOnlyImportable(specifier: string, from: string): boolean {
    if (!this.needsPreparation(specifier, from)) return false;
    return onlyImportable.has(this.#failure(specifier, from) ?? "");
  }

  #failure(specifier: string, from: string): string | undefined {
    try {
      this.require(specifier, from);
      return undefined;
    } catch (error) {
      this.#failures.set(keyOf(specifier, from), error);
      return (error as { code?: string } | undefined)?.code ?? "";
    }
  }

  require(specifier: string, from: string): unknown {
    if (specifier === "tslab") return this.tslab();
    const imported = this.#imported.get(keyOf(specifier, from));
    if (imported !== undefined) return imported;
    const require = createRequire(isOwn(specifier, from) ? import.meta.url : from);
    try {
      return require(specifier);
    } catch (error) {
      const first = /not yet fully loaded/.test(String(error)) ? this.#failures.get(keyOf(specifier, from)) : undefined;
      throw first ?? error;
    }
  }

  async import(specifier: string, from: string, options?: ImportCallOptions): Promise<unknown> {
    if (specifier === "tslab") return this.tslab();
    return isOwn(specifier, from) ? namespaceOf(this.require(specifier, from)) : importFrom(from)(specifier, options);
  }
}

/** The error codes with which Node reports that a package can be imported but not required. */
const onlyImportable = new Set(["ERR_REQUIRE_ASYNC_MODULE", "ERR_REQUIRE_ESM", "ERR_PACKAGE_PATH_NOT_EXPORTED"]);

const keyOf = (specifier: string, from: string): string => `${dirname(from)}\0${specifier}`;

/** Whether an import is of this package and the importing file's folder does not have it, so that the kernel provides it. */
const isOwn = (specifier: string, from: string): boolean =>
  (specifier === "rund-lab" || specifier.startsWith("rund-lab/")) && !canResolve(createRequire(from), specifier);

/** Returns a CommonJS module's exports in the form of `import()`. */
export function namespaceOf(exports: unknown): unknown {
  if (typeof exports === "object" && exports !== null && "__esModule" in exports) return exports;
  return { ...(exports as object), default: exports };
}

/** Calls Node's own `import()` as if from a file. */
function importFrom(from: string): (specifier: string, options?: ImportCallOptions) => Promise<unknown> {
  const importing = withoutWarnings(
    () =>
      new Script("(specifier, options) => import(specifier, options)", {
        filename: from,
        importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      }).runInThisContext() as (specifier: string, options?: ImportCallOptions) => Promise<unknown>,
  );
  return (specifier, options) => withoutWarnings(() => importing(specifier, options));
}

/** Runs work without Node's warning about an experimental feature, which does not concern the author of a cell. */
function withoutWarnings<Result>(work: () => Result): Result {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
