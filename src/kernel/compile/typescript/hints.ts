/** TypeScript's error codes for an import that cannot be found: one with names, and one without. */
export const moduleNotFound: ReadonlySet<number> = new Set([2307, 2882]);

/**
 * Returns the next step after an error of TypeScript's, for a reader who knows another kernel or another version of Node.
 *
 * @param code TypeScript's number of the error
 * @param text its message, in which the first name in quotes is the missing one
 * @example hintFor(2307, "Cannot find module 'npm:chalk@5'.") // "npm install chalk, and import \"chalk\""
 */
export function hintFor(code: number, text: string): string | undefined {
  const name = /'([^']+)'/.exec(text)?.[1] ?? "";
  if (moduleNotFound.has(code)) return howToInstall(name);
  if (missingName.has(code) && Object.hasOwn(elsewhere, name)) return elsewhere[name];
  return newerLibrary.has(code)
    ? `Node ${process.versions.node} does not have it, or the lib of a tsconfig.json leaves it out`
    : undefined;
}

/** TypeScript's error codes for a name that is not declared, and for one that newer libraries declare. */
const missingName = new Set([2304, 2552, 2581, 2584, 2812, 2868]);
const newerLibrary = new Set([2550, 2583]);

const displays =
  'import { display } from "tslab" for HTML, Markdown and pictures; a cell shows its last expression by itself';
const noPage = "cells run in Node, which has no page; the package jsdom makes a document";
const noResults = "keep a value in a variable: earlier results and cells have no names here";

/** Names that other kernels and runtimes have, with what to use instead. */
const elsewhere: Readonly<Record<string, string>> = {
  Deno: `cells run in Node: node:fs reads files, and ${displays}`,
  Bun: "cells run in Node: its modules, such as node:fs, have these functions",
  document: noPage,
  window: noPage,
  display: displays,
  $$: displays,
  print: "console.log prints",
  _: noResults,
  In: noResults,
  Out: noResults,
};

/** Local files that are neither code nor JSON. */
const otherFile =
  /^\.{0,2}\/.*\.(csv|tsv|txt|md|html?|css|sql|ya?ml|toml|xml|py|ipynb|wasm|png|jpe?g|gif|svg|pdf|xlsx?|parquet)$/;

/** Returns how to get a missing package, or how to read a file that cannot be imported. */
function howToInstall(specifier: string): string | undefined {
  if (otherFile.test(specifier)) return "import reads code and JSON; readFileSync of node:fs reads other files";
  if (/^https?:/.test(specifier)) return "cells import installed packages and local files, not addresses";
  if (specifier.startsWith("node:")) return `Node ${process.versions.node} has no such module`;
  const [, registry, rest] = /^(npm:|jsr:)?\/?(.*)$/.exec(specifier)!;
  const name = /^(@[^/]+\/)?[^/@]+/.exec(rest!)?.[0];
  if (name === undefined || /^[./#]|:/.test(rest!)) return undefined;
  if (registry === undefined) return `npm install ${name}`;
  return `${registry === "jsr:" ? "npx jsr add" : "npm install"} ${name}, and import ${JSON.stringify(name)}`;
}
