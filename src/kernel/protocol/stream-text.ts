import { StringDecoder } from "node:string_decoder";
import type { StreamName } from "../channel/pipe.js";

/** Waiting text is sent after this time, or when it has this length. */
const holdMs = 20;
const holdCharacters = 1 << 20;

/**
 * Merges printed text into few stream messages, because clients lose messages that come by the thousand. Text is kept until
 * another cell or stream writes, anything else is published (`flush`), or a short time has passed.
 */
export class StreamText {
  readonly #decoders = new Map<string, StringDecoder>();
  #held: { name: StreamName; cell: number; parts: string[]; length: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly publish: (cell: number, name: StreamName, text: string) => void) {}

  /** @param source the source of these bytes: a character may be split between two pieces of one source only */
  add(name: StreamName, cell: number, source: string, bytes: Buffer): void {
    const decoder = this.#decoders.get(source) ?? new StringDecoder("utf8");
    this.#decoders.set(source, decoder);
    const text = decoder.write(bytes);
    if (text === "") return;
    if (this.#held !== undefined && (this.#held.name !== name || this.#held.cell !== cell)) this.flush();
    this.#held ??= { name, cell, parts: [], length: 0 };
    this.#held.parts.push(text);
    this.#held.length += text.length;
    if (this.#held.length >= holdCharacters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), holdMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.publish(held.cell, held.name, held.parts.join(""));
  }
}
