import { Module } from "node:module";
import { dirname, relative } from "node:path";
import type { Origin } from "../stop/origins.js";

/** A local module that is loaded, or is being loaded. */
export interface Loaded {
  readonly version: string | undefined;
  readonly module: Module;
  /** The local modules that it has imported. */
  readonly imports: Set<string>;
  /** The cell for which it is loaded. */
  readonly cell: Origin | undefined;
  done: boolean;
  /** Settles when a module that awaits is loaded. */
  loading?: Promise<void>;
}

/** The local modules that are loaded, by path. */
export class LoadedModules {
  readonly #modules = new Map<string, Loaded>();
  /** The modules whose code runs right now, each imported by the one before it. */
  readonly #running: string[] = [];
  /** The last import of a module whose code was still running: the paths of the cycle, which begins and ends with that module. */
  #cycle: readonly string[] | undefined;

  /** @param versionOf returns a value that changes when a file does */
  constructor(private readonly versionOf: (path: string) => string | undefined) {}

  /** Drops modules that have changed or whose loading was interrupted, and those that depend on them. No module may run. */
  refresh(): void {
    this.#running.length = 0;
    const isStale = (path: string, { version, done, cell }: Loaded) =>
      this.versionOf(path) !== version || (!done && cell?.interruptedAt !== undefined);
    const stale = new Set([...this.#modules].filter(([path, loaded]) => isStale(path, loaded)).map(([path]) => path));
    for (let before = -1; before !== stale.size; ) {
      before = stale.size;
      for (const [path, { imports }] of this.#modules) if ([...imports].some(each => stale.has(each))) stale.add(path);
    }
    for (const path of stale) this.#modules.delete(path);
  }

  /** Returns the module that an import finds; undefined if it must be loaded. */
  find(path: string): Loaded | undefined {
    const from = this.#running.indexOf(path);
    if (from >= 0) this.#cycle = [...this.#running.slice(from), path];
    return this.#modules.get(path);
  }

  get(path: string): Loaded | undefined {
    return this.#modules.get(path);
  }

  drop(path: string): void {
    this.#modules.delete(path);
  }

  /** Enters a module before its code runs, for modules that import each other. */
  enter(path: string, cell: Origin | undefined): Loaded {
    const module = new Module(path);
    module.filename = path;
    const entry = { version: this.versionOf(path), module, imports: new Set<string>(), cell, done: false };
    this.#modules.set(path, entry);
    return entry;
  }

  /** Runs a module's code. @throws what the code throws; if modules that import each other may be the reason, the message names them */
  run<Result>(path: string, work: () => Result): Result {
    this.#running.push(path);
    try {
      return work();
    } catch (error) {
      if (this.#cycle?.[0] === path) explainCycle(error, this.#cycle);
      throw error;
    } finally {
      this.#running.pop();
      if (this.#cycle?.[0] === path) this.#cycle = undefined;
    }
  }
}

/** Adds an import cycle to the message of an error that uses a name before its module has set it. */
function explainCycle(error: unknown, cycle: readonly string[]): void {
  if (!(error instanceof TypeError || error instanceof ReferenceError)) return;
  const folder = dirname(cycle[0]!);
  const files = cycle.map(path => relative(folder, path)).join(" → ");
  const { message, stack } = error;
  error.message = `${message}\nhint: a module may use a name before its file has set it, because these files import each other: ${files}`;
  error.stack = stack?.replace(message, () => error.message) ?? error.message;
}
