import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A file to which another process appends, such as a log. */
export class GrowingFile {
  readonly #path: string;
  #from = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Begins here: the current content of the file is skipped. */
  mark(): void {
    this.#from = this.#read(Number.POSITIVE_INFINITY).end;
  }

  /** Returns what was appended since the mark; empty if the file no longer exists. */
  appended(): string {
    return this.#read(this.#from).text;
  }

  #read(from: number): { readonly text: string; readonly end: number } {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path, "r");
    } catch {
      return { text: "", end: 0 };
    }
    try {
      const end = fstatSync(descriptor).size;
      const bytes = Buffer.alloc(Math.max(0, end - from));
      const count = bytes.length === 0 ? 0 : readSync(descriptor, bytes, 0, bytes.length, from);
      return { text: bytes.toString("utf8", 0, count), end };
    } finally {
      closeSync(descriptor);
    }
  }
}
