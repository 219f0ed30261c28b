import { dirname, join } from "node:path";
import type { TypeScript } from "../typescript/typescript.js";

/** The parts of JavaScript's library that every Node has, by TypeScript's names. */
const everywhere = [
  "es2023",
  "es2024.string",
  "es2024.sharedmemory",
  "es2024.regexp",
  "esnext.disposable",
  "decorators",
];

/** Parts that only newer versions of Node have, each with a function that shows whether this Node has the part. */
const newer: readonly [part: string, holder: object | undefined, name: string][] = [
  ["es2024.arraybuffer", ArrayBuffer.prototype, "transfer"],
  ["es2024.collection", Map, "groupBy"],
  ["es2024.object", Object, "groupBy"],
  ["es2024.promise", Promise, "withResolvers"],
  ["esnext.array", Array, "fromAsync"],
  ["esnext.collection", Set.prototype, "union"],
  ["esnext.error", Error, "isError"],
  ["esnext.float16", globalThis, "Float16Array"],
  ["esnext.iterator", (globalThis as { Iterator?: object }).Iterator, "from"],
  ["esnext.promise", Promise, "try"],
  ["esnext.sharedmemory", Atomics, "pause"],
];

/** Returns the part that a file of TypeScript's library declares: `dom` for `lib.dom.d.ts`. */
const partOf = (file: string): string => file.replace(/^lib\.|\.d\.ts$/g, "");

const reference = /^\/\/\/ *<reference lib="([^"]+)" *\/>/gm;

/** Returns the parts of JavaScript's library that the running version of Node has. */
const present = (): string[] => [
  ...everywhere,
  ...newer.flatMap(([part, holder, name]) => (holder !== undefined && name in holder ? [part] : [])),
];

/**
 * JavaScript's library as one declaration file. TypeScript has it in more than sixty files, and a program with many files takes
 * longer to create; each cell is a new program.
 */
export class Library {
  readonly text: string;
  /** Parts that are modules and cannot be joined with others: the helpers of iterators, if Node has them. */
  readonly modules: readonly string[];
  readonly #names = new Set<string>();

  /**
   * @param files the `lib` of a tsconfig.json, as TypeScript reads it; without it, the library has the parts that the running
   * version of Node has
   */
  constructor(ts: TypeScript, files?: readonly string[]) {
    const folder = dirname(ts.getDefaultLibFilePath({}));
    const texts: string[] = [];
    const modules: string[] = [];
    const add = (name: string): void => {
      if (this.#names.has(name)) return;
      this.#names.add(name);
      const text = ts.sys.readFile(join(folder, `lib.${name}.d.ts`)) ?? "";
      for (const [, needed] of text.matchAll(reference)) add(needed!);
      const target = /^export /m.test(text) ? modules : texts;
      target.push(text.replace(/^\/\/\/ *<reference.*$/gm, ""));
    };
    for (const part of files?.map(partOf) ?? present()) add(part);
    this.text = `/// <reference no-default-lib="true"/>\n${texts.join("\n")}`;
    this.modules = modules;
  }

  /** Returns the text of a declaration file without its references to what the library has. */
  withoutReferences(text: string): string {
    return text.replace(reference, (whole, name: string) => (this.#names.has(name) ? "" : whole));
  }
}
