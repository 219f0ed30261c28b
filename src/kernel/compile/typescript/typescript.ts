import { createRequire, Module } from "node:module";
import { dirname } from "node:path";
import type typescript from "typescript";
import { CodeCache } from "./code-cache.js";

/** TypeScript's API; loaded when a kernel starts, because only kernels need the package. */
export type TypeScript = typeof typescript;

/** TypeScript, and a function that saves its bytecode for the next kernel. */
interface LoadedTypeScript {
  readonly typescript: TypeScript;
  /** Saves the bytecode of the parts of TypeScript that were used so far, unless an earlier kernel did. */
  keep(): void;
}

/**
 * Loads the TypeScript that is installed beside this package.
 *
 * Compiling its nine megabytes takes a quarter of a kernel's start. So V8's bytecode is kept in `node_modules/.cache` beside
 * TypeScript, where other tools keep such files, too.
 */
export function loadTypeScript(): LoadedTypeScript {
  const require = createRequire(import.meta.url);
  const file = require.resolve("typescript");
  if (require.cache[file] !== undefined) return { typescript: require(file) as TypeScript, keep() {} };
  const cache = new CodeCache(file, (require("typescript/package.json") as { version: string }).version);
  const module = new Module(file);
  module.filename = file;
  require.cache[file] = module;
  const own = createRequire(file);
  cache.script.runInThisContext().call(module.exports, module.exports, own, module, file, dirname(file));
  module.loaded = true;
  return { typescript: module.exports as TypeScript, keep: () => cache.keep() };
}
