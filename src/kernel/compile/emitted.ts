import type { SourceMap } from "./source-map.js";

/** Compiled code, and its map to the code as it was written. */
export interface CompiledCode {
  readonly code: string;
  readonly map: SourceMap | undefined;
}

/** Returns the modules that compiled code requires by a fixed name. */
export const requiredBy = (code: string): string[] => [
  ...new Set(
    [...code.matchAll(/\brequire\("((?:[^"\\\n]|\\.)+)"\)/g)].map(([, name]) => JSON.parse(`"${name}"`) as string),
  ),
];

/** Returns compiled code without the comment that names its source map. */
export const withoutMapComment = (code: string): string => code.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "");
