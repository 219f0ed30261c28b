import { createRequire, isBuiltin } from "node:module";
import { dirname } from "node:path";
import { constants, Script } from "node:vm";

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

  /** Whether a package cannot be loaded by `require`; this is found out by loading it. */
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
    const require = createRequire(isOwn(specifier) && !canResolve(from, specifier) ? import.meta.url : from);
    try {
      return require(specifier);
    } catch (error) {
      const first = /not yet fully loaded/.test(String(error)) ? this.#failures.get(keyOf(specifier, from)) : undefined;
      throw first ?? error;
    }
  }

  async import(specifier: string, from: string, options?: ImportCallOptions): Promise<unknown> {
    if (specifier === "tslab") return this.tslab();
    return isOwn(specifier) && !canResolve(from, specifier)
      ? namespaceOf(this.require(specifier, from))
      : importFrom(from)(specifier, options);
  }
}

/** The error codes with which Node reports that a package can be imported but not required. */
const onlyImportable = new Set(["ERR_REQUIRE_ASYNC_MODULE", "ERR_REQUIRE_ESM", "ERR_PACKAGE_PATH_NOT_EXPORTED"]);

const keyOf = (specifier: string, from: string): string => `${dirname(from)}\0${specifier}`;

/** Whether a specifier names this package, which the kernel provides. */
const isOwn = (specifier: string): boolean => specifier === "rund-lab" || specifier.startsWith("rund-lab/");

function canResolve(from: string, specifier: string): boolean {
  try {
    createRequire(from).resolve(specifier);
    return true;
  } catch {
    return false;
  }
}

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
