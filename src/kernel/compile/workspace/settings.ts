import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type ts from "typescript";
import { canResolve } from "../../spec.js";
import { syntaxErrors } from "../cell-syntax.js";
import type { TypeScript } from "../typescript/typescript.js";

/** The compiler's settings for cells: the kernel's own, overridden by a tsconfig.json beside the notebook. */
export interface Settings {
  readonly options: ts.CompilerOptions;
  /** The error in the tsconfig.json, if there is one. */
  readonly errors: readonly ts.Diagnostic[];
}

/** Errors of a tsconfig.json that lists no files. */
const noInputs: ReadonlySet<number> = new Set([18002, 18003]);

/** Reads the compiler's settings for a notebook's folder. */
export function settingsFor(ts: TypeScript, folder: string): Settings {
  const path = join(folder, "tsconfig.json");
  const file = ts.sys.fileExists(path) ? ts.readJsonConfigFile(path, ts.sys.readFile) : undefined;
  // the files that a tsconfig.json lists do not matter for a cell
  const host = { ...ts.sys, readDirectory: () => [] };
  const given = file && ts.parseJsonSourceFileConfigFileContent(file, host, folder, undefined, path);
  const errors = [...(file === undefined ? [] : syntaxErrors(file)), ...(given?.errors ?? [])];
  return {
    options: {
      ...defaults(ts),
      ...withoutOutput(given?.options),
      ...required(ts, given?.options),
      paths: { ...ownTypes(folder), ...given?.options.paths },
    },
    errors: errors.filter(({ code }) => !noInputs.has(code)),
  };
}

/** Returns the defaults, which a tsconfig.json can override. Without `lib`, cells get the library of `library.ts`. */
function defaults(ts: TypeScript): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2024,
    jsx: ts.JsxEmit.React,
    noUncheckedSideEffectImports: true,
  };
}

/** Returns the options without those that say where output goes, because the kernel keeps it in memory. */
function withoutOutput(options: ts.CompilerOptions = {}): ts.CompilerOptions {
  const { outDir, outFile, rootDir, declarationDir, tsBuildInfoFile, sourceRoot, mapRoot, ...rest } = options;
  return rest;
}

/** Returns the options that the kernel needs, which override a tsconfig.json. */
function required(ts: TypeScript, given: ts.CompilerOptions = {}): ts.CompilerOptions {
  return {
    // older targets have no `await`, and Node does not have all that is in newer ones, such as decorators
    ...(given.target !== undefined && {
      target: Math.min(Math.max(given.target, ts.ScriptTarget.ES2017), ts.ScriptTarget.ES2024),
    }),
    // `tsc --init` writes an empty list, but cells run in Node
    types: [...new Set(["node", ...(given.types ?? [])])],
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    // packages that cannot be required are imported
    customConditions: ["import", ...(given.customConditions ?? [])],
    esModuleInterop: true,
    allowImportingTsExtensions: true,
    allowArbitraryExtensions: true,
    resolveJsonModule: true,
    allowJs: true,
    checkJs: false,
    skipLibCheck: true,
    sourceMap: true,
    inlineSourceMap: false,
    declaration: true,
    declarationMap: false,
    emitDeclarationOnly: false,
    noEmit: false,
    noEmitOnError: false,
    noEmitHelpers: false,
    importHelpers: false,
    composite: false,
    incremental: false,
    isolatedModules: false,
    isolatedDeclarations: false,
    verbatimModuleSyntax: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    removeComments: false,
  };
}

/** Returns TypeScript's `paths` to this package's rund-lab and tslab, for those that a folder does not have itself. */
function ownTypes(folder: string): Record<string, string[]> {
  const require = createRequire(import.meta.url);
  const sees = createRequire(join(folder, "cell.js"));
  const paths: Record<string, string[]> = {};
  if (!canResolve(sees, "tslab"))
    paths.tslab = [join(dirname(require.resolve("tslab/package.json")), "dist", "public.d.ts")];
  if (!canResolve(sees, "rund-lab")) {
    const file = require.resolve("../../../../package.json");
    const { exports } = JSON.parse(readFileSync(file, "utf8")) as { exports: Record<string, { types?: string }> };
    for (const [entry, { types }] of Object.entries(exports)) {
      if (types !== undefined) paths[join("rund-lab", entry)] = [join(dirname(file), types)];
    }
  }
  return paths;
}

/** Returns the folders with types of untyped packages: those found from the notebook's folder, otherwise those beside this package. */
export function typeRoots(ts: TypeScript, folder: string): string[] {
  const roots = ts.getEffectiveTypeRoots({}, { getCurrentDirectory: () => folder }) ?? [];
  const hasNode = roots.some(root => ts.sys.fileExists(join(root, "node", "package.json")));
  if (hasNode) return roots;
  const require = createRequire(import.meta.url);
  return [...roots, dirname(dirname(require.resolve("@types/node/package.json")))];
}

/**
 * Returns declarations that browsers and the kernel have in common: `prompt`, `confirm`, `alert`, the JSON of requests and
 * responses, and the parts of the DOM library that Node's types omit.
 */
export function browserTypes(ts: TypeScript): string {
  const library = join(dirname(ts.getDefaultLibFilePath({})), "lib.dom.d.ts");
  const text = ts.sys.readFile(library) ?? "";
  const start = text.indexOf("declare namespace WebAssembly {");
  const webAssembly = start < 0 ? "" : text.slice(start, text.indexOf("\n}\n", start) + 2);
  return `${questions}${webAssembly}`;
}

const questions = `/** The server determines the JSON of a response, so it has no type, as in browsers. */
interface Response { json(): Promise<any>; }
interface Request { json(): Promise<any>; }
/** Asks for a line of text. */
declare function prompt(message?: string, value?: string): string;
/** Asks a question; true for "y" or "yes". */
declare function confirm(message?: string): boolean;
declare function alert(message?: string): void;
`;
