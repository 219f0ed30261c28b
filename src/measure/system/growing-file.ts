import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** A file that another process appends to, such as a log. What was in it before `mark` is passed over. */
export class GrowingFile {
  readonly #path: string;
  #from = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Begins here: what is in the file by now does not count. */
  mark(): void {
    this.#from = this.#read(Number.POSITIVE_INFINITY).end;
  }

  /** Returns what was appended since the mark; nothing if the file is gone. */
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
