import { isAscii } from "node:buffer";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Module } from "node:module";
import { dirname, join, sep } from "node:path";
import { Script } from "node:vm";

/** A file that has been unfinished for this long belongs to a process that was killed. */
const abandonedMs = 60_000;

/** A large CommonJS file that V8 compiles once. Later processes read the bytecode from `node_modules/.cache/rund-lab`. */
export class CodeCache {
  /** The file's code, as a function with CommonJS's parameters. */
  readonly script: Script;
  readonly #path: string | undefined;
  #kept: boolean;

  /** @param version the version of the package that the file belongs to */
  constructor(file: string, version: string) {
    this.#path = cachePath(file, version);
    const bytes = readFileSync(file);
    const source = isAscii(bytes) ? bytes.toString("latin1") : bytes.toString();
    const cachedData = readIfNewer(this.#path, file);
    this.script = new Script(Module.wrap(source), { filename: file, ...(cachedData && { cachedData }) });
    this.#kept = cachedData !== undefined && this.script.cachedDataRejected === false;
  }

  /** Writes what has been compiled so far, once. Does nothing if the folder is read-only. */
  keep(): void {
    if (this.#kept || this.#path === undefined) return;
    this.#kept = true;
    const unfinished = `${this.#path}.new`;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      const begun = statSync(unfinished, { throwIfNoEntry: false });
      if (begun !== undefined && Date.now() - begun.mtimeMs > abandonedMs) rmSync(unfinished);
      // fails if another kernel is writing the file
      writeFileSync(unfinished, this.script.createCachedData(), { flag: "wx" });
      renameSync(unfinished, this.#path);
    } catch {
      // without the file, the next process compiles again
    }
  }
}

/** Returns where the bytecode is kept, one file for each version of V8 and of the package; undefined outside of packages. */
function cachePath(file: string, version: string): string | undefined {
  const at = file.lastIndexOf(`${sep}node_modules${sep}`);
  if (at < 0) return undefined;
  const name = `${file.slice(at).split(sep)[2]}-${version}-v8-${process.versions.v8}-${process.arch}.code`;
  return join(file.slice(0, at), "node_modules", ".cache", "rund-lab", name);
}

/** Reads a file of bytecode, unless its source has changed since, because V8 compares only the source's length. */
function readIfNewer(path: string | undefined, source: string): Buffer | undefined {
  try {
    if (path === undefined || statSync(path).mtimeMs < statSync(source).mtimeMs) return undefined;
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
