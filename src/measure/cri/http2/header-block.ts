/**
 * One character for each byte value: the length of its Huffman code in bits, as a digit in base 32 (RFC 7541, appendix B). The
 * codes follow from these lengths: shorter codes come first, and codes of one length are in the order of their bytes.
 */
const codeLengths =
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f56565666577666567655677777fbeds" +
  "kmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrrqrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrq";

/** Headers that every encoder knows by number, from 1 (RFC 7541, appendix A). Only the values of statuses are used here. */
const knownNames =
  ":authority :method :method :path :path :scheme :scheme :status :status :status :status :status :status :status accept-charset accept-encoding accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control content-disposition content-encoding content-language content-length content-location content-range content-type cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate".split(
    " ",
  );
const firstStatus = 8;
const knownStatuses = ["200", "204", "206", "304", "400", "404", "500"];

/** Number of bytes by which an entry of the table is larger than its texts, and the table's maximum size. */
const entryBytes = 32;
const tableBytes = 4_096;

export type Headers = Readonly<Record<string, string>>;

/**
 * Reads the header blocks of one HTTP/2 connection (HPACK, RFC 7541). A block may refer to headers of earlier ones, so every
 * block of the connection must be read, in order.
 *
 * @example new HeaderBlocks().read(Buffer.from("885a04677a6970", "hex")) // { ":status": "200", "content-encoding": "gzip" }
 */
export class HeaderBlocks {
  readonly #table: (readonly [name: string, value: string])[] = [];
  #bytes = 0;
  #limit = tableBytes;

  /** Reads the next block. @throws RangeError if the block is damaged */
  read(block: Buffer): Headers {
    const headers: Record<string, string> = {};
    const cursor = new Cursor(block);
    while (!cursor.atEnd) {
      const first = cursor.peek();
      if (first >= 0x80) {
        const [name, value] = this.#entry(cursor.integer(7));
        headers[name] = value;
      } else if (first >= 0x20 && first < 0x40) {
        this.#limit = cursor.integer(5);
        this.#evict();
      } else {
        const kept = first >= 0x40;
        const index = cursor.integer(kept ? 6 : 4);
        const name = index === 0 ? cursor.text() : this.#entry(index)[0];
        const value = cursor.text();
        headers[name] = value;
        if (kept) this.#keep(name, value);
      }
    }
    return headers;
  }

  #entry(index: number): readonly [name: string, value: string] {
    const known = knownNames[index - 1];
    if (known !== undefined) return [known, knownStatuses[index - firstStatus] ?? ""];
    const entry = this.#table[index - 1 - knownNames.length];
    if (entry === undefined) throw new RangeError(`a header block refers to entry ${index}, which does not exist`);
    return entry;
  }

  #keep(name: string, value: string): void {
    this.#table.unshift([name, value]);
    this.#bytes += name.length + value.length + entryBytes;
    this.#evict();
  }

  #evict(): void {
    while (this.#bytes > this.#limit) {
      const [name, value] = this.#table.pop()!;
      this.#bytes -= name.length + value.length + entryBytes;
    }
  }
}

/** Reads the integers and texts of a header block, one after another. */
class Cursor {
  readonly #block: Buffer;
  #at = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  get atEnd(): boolean {
    return this.#at >= this.#block.length;
  }

  peek(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw new RangeError("a header block ends in the middle");
    return byte;
  }

  /** Reads a number. @param bits of the first byte that belong to it; if all are set, it continues in the next bytes */
  integer(bits: number): number {
    const most = 2 ** bits - 1;
    let value = this.#next() & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#next();
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a header block has a number that is too long");
  }

  text(): string {
    const compressed = this.peek() >= 0x80;
    const length = this.integer(7);
    const bytes = this.#block.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new RangeError("a header block ends in the middle");
    this.#at += length;
    return compressed ? decompressed(bytes) : bytes.toString("latin1");
  }

  #next(): number {
    const byte = this.peek();
    this.#at++;
    return byte;
  }
}

/** The bytes in the order of their codes; for each length the first code, and that code's place in the order. */
const { order, firstCodes, places } = codes();

function codes() {
  const order: number[] = [];
  const firstCodes: number[] = [];
  const places: number[] = [];
  for (let bits = 0, code = 0; bits <= 31; bits++) {
    firstCodes.push(code);
    places.push(order.length);
    for (const [byte, length] of [...codeLengths].entries()) if (Number.parseInt(length, 32) === bits) order.push(byte);
    code = (code + order.length - places[bits]!) * 2;
  }
  return { order, firstCodes, places };
}

/** Decodes a Huffman-coded text; the bits that fill up the last byte are ignored. */
function decompressed(bytes: Buffer): string {
  const decoded: number[] = [];
  let code = 0;
  let bits = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      bits++;
      if (bits > 30) throw new RangeError("a header block has a text that is not a Huffman code");
      const place = places[bits]! + code - firstCodes[bits]!;
      if (place >= places[bits + 1]!) continue;
      decoded.push(order[place]!);
      code = 0;
      bits = 0;
    }
  }
  return Buffer.from(decoded).toString("latin1");
}

/**
 * Writes a header block without references to earlier blocks, so it can be sent at any time.
 *
 * @param headers names and values of less than 127 bytes each
 * @example headerBlock({ te: "trailers" }).toString("latin1") // "\u0000\u0002te\btrailers"
 */
export const headerBlock = (headers: Headers): Buffer =>
  Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [
      Buffer.of(0, name.length),
      Buffer.from(name, "latin1"),
      Buffer.of(value.length),
      Buffer.from(value, "latin1"),
    ]),
  );
