import type { Random } from "../../src/analysis/stats/random.js";

/** Pieces that readers have been known to stumble over. */
const pieces: readonly Buffer[] = [
  ...["", "\n", "\r\n", "\t", " ", "\u00a0", "\ufeff", "\u2028", "\0", "-1", "0", "1e999", "NaN", "9007199254740993"],
  ...[
    "99999999999999999999999",
    "0x10",
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "__proto__",
    "toString",
    "*a",
    "&a ",
    "!!x ",
  ],
  ...["<<: *a\n", "? ", "- ", "---\n", "...\n", '{"toString":1}', "[[", "]]", '"', "'", "\\u0000", "\\", "#", ",", "="],
].map(piece => Buffer.from(piece));

/** Openings that, many times over, nest. */
const nests = ["[", "{a: ", '{"a":', "- ", "(", "[[a]]\n", "a."];

/**
 * An input made from one of the seeds by up to eight changes: bytes flipped, cut, doubled, replaced by random ones or
 * by awkward pieces, a whole word so replaced, parts of two seeds joined, a nest. Now and then nothing but random bytes.
 */
export function damaged(seeds: readonly string[], random: Random): Buffer {
  const any = <Value>(values: readonly Value[]): Value => values[random.below(values.length)]!;
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)));
  if (random.below(20) === 0) return noise(random.below(400));
  let bytes: Buffer = Buffer.from(any(seeds));
  const changes = random.below(9);
  for (let change = 0; change < changes; change++) {
    const at = random.below(bytes.length + 1);
    const to = Math.min(bytes.length, at + random.below(16));
    const put = (middle: Buffer) => {
      bytes = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(to)]);
    };
    switch (random.below(11)) {
      case 0:
        if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << random.below(8));
        break;
      case 1:
        put(Buffer.alloc(0));
        break;
      case 2:
        put(Buffer.concat([bytes.subarray(at, to), bytes.subarray(at, to)]));
        break;
      case 3:
        put(noise(random.below(8)));
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(any(seeds)).subarray(random.below(40))]);
        break;
      case 6:
        if (random.below(10) === 0) put(Buffer.from(any(nests).repeat(10 ** (1 + random.below(4)))));
        break;
      case 7:
      case 8:
        put(any(pieces));
        break;
      default: {
        const text = bytes.toString("latin1");
        const words = [...text.matchAll(/"[^"\n]*"|[^\s",:[\]{}]+/g)];
        if (words.length === 0) break;
        const { index, 0: word } = any(words);
        const rest = bytes.subarray(index + word.length);
        bytes = Buffer.concat([bytes.subarray(0, index), any(pieces), rest]);
      }
    }
  }
  return bytes;
}
