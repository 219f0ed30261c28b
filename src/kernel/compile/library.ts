import { dirname, join } from "node:path";
import type { TypeScript } from "./typescript/typescript.js";

/** The parts of JavaScript's library that a cell may use, by TypeScript's names. */
const parts = ["es2023", "esnext.disposable", "esnext.collection", "decorators"];

const reference = /^\/\/\/ *<reference lib="([^"]+)" *\/>/gm;

/**
 * JavaScript's library as one declaration file. TypeScript has it in more than sixty files, and a program with many files takes
 * longer to create; each cell is a new program.
 */
export class Library {
  readonly text: string;
  readonly #names = new Set<string>();

  constructor(ts: TypeScript) {
    const folder = dirname(ts.getDefaultLibFilePath({}));
    const texts: string[] = [];
    const add = (name: string): void => {
      if (this.#names.has(name)) return;
      this.#names.add(name);
      const text = ts.sys.readFile(join(folder, `lib.${name}.d.ts`)) ?? "";
      for (const [, needed] of text.matchAll(reference)) add(needed!);
      texts.push(text.replace(/^\/\/\/ *<reference.*$/gm, ""));
    };
    parts.forEach(add);
    this.text = `/// <reference no-default-lib="true"/>\n${texts.join("\n")}`;
  }

  /** Returns the text of a declaration file without its references to what the library has. */
  withoutReferences(text: string): string {
    return text.replace(reference, (whole, name: string) => (this.#names.has(name) ? "" : whole));
  }
}
