import { statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Compiler } from "../../compile/compiler.js";
import { isLocal } from "../../compile/workspace/workspace.js";

const extensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];
/** File names that TypeScript allows for a source file: the compiled names. */
const sources: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** Finds local files: those on the disk, and the modules that cells define. */
export class LocalFiles {
  constructor(private readonly compiler: Compiler) {}

  /** Returns the local file of a specifier; undefined for packages. */
  resolve(specifier: string, from: string): string | undefined {
    if (/^\.{0,2}\//.test(specifier) || specifier === "." || specifier === "..") {
      return this.#find(resolve(dirname(from), specifier));
    }
    if (specifier.startsWith("file:")) return this.#find(fileURLToPath(specifier));
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
    return candidates.find(each => this.version(each) !== undefined);
  }

  /** Returns a value that changes when a file's text does; undefined if there is no such file. */
  version(path: string): string | undefined {
    const virtual = this.compiler.moduleText(path);
    if (virtual !== undefined) return virtual;
    try {
      const found = statSync(path);
      return found.isFile() ? `${found.mtimeMs} ${found.size} ${found.ino}` : undefined;
    } catch {
      return undefined;
    }
  }
}
