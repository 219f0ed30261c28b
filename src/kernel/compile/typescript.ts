import { createRequire } from "node:module";
import type typescript from "typescript";

/** TypeScript's API; loaded when a kernel starts, because only kernels need the package. */
export type TypeScript = typeof typescript;

/** Loads the TypeScript that is installed beside this package. */
export const loadTypeScript = (): TypeScript => createRequire(import.meta.url)("typescript") as TypeScript;
