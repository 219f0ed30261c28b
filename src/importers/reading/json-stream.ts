import { createReadStream } from "node:fs";
import { excerpt } from "../../model/problem.js";

/** A place in a JSON document: keys, and positions in lists. */
type JsonPath = readonly (string | number)[];

/** Receives values as soon as they are complete. */
export type JsonVisitor = (value: unknown, path: JsonPath, line: number) => void;

/** The reason why reading a JSON document ended early. */
interface JsonFault {
  readonly line: number;
  readonly expected: string;
  readonly found: string;
}

/**
 * Reads a JSON file of any size and passes on the values at some places, one by one: no more than one of them is in memory. A
 * value that was passed on is left out of the value that contains it, so a list of a million samples ends as an empty list.
 *
 * @param places such as `results.*.times.*`, where `*` is every position of a list. With the place `""`, which is a whole
 * document, the file may contain several documents one after another
 * @returns the reason why reading ended early, such as a truncated file; null if the document was complete
 */
export async function readJson(file: string, places: Readonly<Record<string, JsonVisitor>>): Promise<JsonFault | null> {
  const reader = new JsonReader(places);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
    reader.feed(chunk as Buffer);
    if (reader.fault !== null) return reader.fault;
  }
  return reader.end();
}

/** A list or an object that is not complete yet. */
interface Open {
  readonly list: boolean;
  readonly value: unknown[] | Record<string, unknown>;
  /** The key of the value that comes next; null before a key. */
  key: string | null;
  /** Elements so far. */
  count: number;
  /** The tokens that may come next. `end` is the end of the list or object. */
  next: "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end";
}

const byte = (character: string) => character.charCodeAt(0);
const [quote, backslash, lineFeed] = [byte('"'), byte("\\"), byte("\n")];
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const isSpace = (code: number) => code === 32 || code === 10 || code === 13 || code === 9;
/** Ends a number, true, false or null. */
const endsWord = (code: number) => isSpace(code) || code === byte(",") || code === byte("]") || code === byte("}");

const marks: ReadonlyMap<number, string> = new Map([..."{}[],:"].map(mark => [byte(mark), mark]));

/** The parser of `readJson`, to which bytes are passed in chunks. */
export class JsonReader {
  fault: JsonFault | null = null;
  readonly #places: readonly { readonly parts: readonly string[]; readonly visit: JsonVisitor }[];
  readonly #several: boolean;
  readonly #open: Open[] = [];
  #begun = false;
  #line = 1;
  #done = false;
  /** Bytes of a string or word that began in an earlier chunk. */
  #rest: Buffer[] = [];
  #token: "none" | "string" | "word" = "none";
  #escaped = false;

  constructor(places: Readonly<Record<string, JsonVisitor>>) {
    this.#places = Object.entries(places).map(([place, visit]) => ({
      parts: place === "" ? [] : place.split("."),
      visit,
    }));
    this.#several = "" in places;
  }

  feed(chunk: Buffer): void {
    let begin = 0;
    // Windows editors and shells may write a byte-order mark before the document
    const first = !this.#begun && chunk.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    this.#begun ||= chunk.length > 0;
    for (let i = first; i < chunk.length && this.fault === null; i++) {
      const code = chunk[i]!;
      if (this.#token === "string") {
        if (this.#escaped) this.#escaped = false;
        else if (code === backslash) this.#escaped = true;
        else if (code === quote) this.#complete(chunk, begin, i + 1);
        continue;
      }
      if (this.#token === "word") {
        if (!endsWord(code)) continue;
        this.#complete(chunk, begin, i);
        if (this.fault !== null) return;
      }
      if (code === lineFeed) this.#line++;
      if (isSpace(code)) continue;
      begin = i;
      if (code === quote) this.#token = "string";
      else {
        const mark = marks.get(code);
        if (mark === undefined) this.#token = "word";
        else this.#mark(mark);
      }
    }
    if (this.#token !== "none") this.#rest.push(Buffer.from(chunk.subarray(begin)));
  }

  /**
   * Marks the end of the file.
   *
   * @returns the fault, if there is one
   */
  end(): JsonFault | null {
    if (this.fault === null && this.#token === "word") this.#complete(Buffer.alloc(0), 0, 0);
    const whole = this.#done && this.#open.length === 0 && this.#token === "none";
    if (this.fault === null && !whole) this.#fail("the document's end", "the file's end (truncated?)");
    return this.fault;
  }

  #fail(expected: string, found: string): void {
    this.fault ??= { line: this.#line, expected, found: excerpt(found) };
  }

  /** Completes a string or word; its last bytes, or all of them, are those of the chunk from `begin` to `end`. */
  #complete(chunk: Buffer, begin: number, end: number): void {
    let text: string;
    if (this.#rest.length === 0) text = chunk.toString("utf8", begin, end);
    else {
      text = Buffer.concat([...this.#rest, chunk.subarray(begin, end)]).toString("utf8");
      this.#rest = [];
    }
    const string = this.#token === "string";
    this.#token = "none";
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#fail("a JSON value", text);
      return;
    }
    const top = this.#open.at(-1);
    if (string && top !== undefined && (top.next === "key" || top.next === "key or end")) {
      top.key = value as string;
      top.next = "colon";
    } else if (this.#takesValue(text)) this.#add(value);
  }

  #takesValue(found: string): boolean {
    const top = this.#open.at(-1);
    const takes =
      top === undefined ? !this.#done || this.#several : top.next === "value" || top.next === "value or end";
    if (!takes) this.#fail(top?.next ?? "nothing after the document", found);
    return takes;
  }

  #mark(mark: string): void {
    const top = this.#open.at(-1);
    if (mark === "{" || mark === "[") {
      if (!this.#takesValue(mark)) return;
      const list = mark === "[";
      const next = list ? "value or end" : "key or end";
      this.#open.push({ list, value: list ? [] : {}, key: null, count: 0, next });
    } else if (mark === "," && top?.next === "comma or end") {
      top.next = top.list ? "value" : "key";
    } else if (mark === ":" && top?.next === "colon") {
      top.next = "value";
    } else if (mark === (top?.list ? "]" : "}") && (top?.next.endsWith("or end") ?? false)) {
      this.#open.pop();
      this.#add(top!.value);
    } else this.#fail(top?.next ?? "a JSON document", mark);
  }

  /** Completes a value: it is passed on, or added to the value that contains it. */
  #add(value: unknown): void {
    const top = this.#open.at(-1);
    const taken = this.#visit(value);
    if (top === undefined) {
      this.#done = true;
      return;
    }
    if (!taken) {
      if (top.list) (top.value as unknown[]).push(value);
      else if (top.key === "__proto__") Object.defineProperty(top.value, top.key, { value, enumerable: true });
      else (top.value as Record<string, unknown>)[top.key!] = value;
    }
    top.count++;
    top.next = "comma or end";
  }

  /**
   * Whether the completed value is at a place of this depth; the innermost part is compared first, because it usually decides.
   */
  #isAt(parts: readonly string[]): boolean {
    for (let i = parts.length - 1; i >= 0; i--) {
      const { list, key } = this.#open[i]!;
      if (parts[i] !== (list ? "*" : key)) return false;
    }
    return true;
  }

  /** Passes a completed value to the visitor of its place. @returns whether it has one */
  #visit(value: unknown): boolean {
    const depth = this.#open.length;
    const place = this.#places.find(({ parts }) => parts.length === depth && this.#isAt(parts));
    if (place === undefined) return false;
    const path = this.#open.map(({ list, key, count }) => (list ? count : key!));
    place.visit(value, path, this.#line);
    return true;
  }
}
