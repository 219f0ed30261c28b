/** A place in a text: both from 0, columns in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A source map as TypeScript writes it into a comment. */
export interface RawSourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

const inlineMap = /\n?\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/** Separates code from the source map at its end. */
export function takeInlineMap(code: string): { readonly code: string; readonly map: RawSourceMap | undefined } {
  const found = inlineMap.exec(code);
  if (found === null) return { code, map: undefined };
  const map = JSON.parse(Buffer.from(found[1]!, "base64").toString()) as RawSourceMap;
  return { code: code.slice(0, found.index), map };
}

/** One mapping: a column of the generated line, and the place it comes from. */
type Segment = readonly [column: number, line: number, sourceColumn: number];

const digits = new Map([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].map((c, i) => [c, i]));

/** The numbers of one base64 VLQ word: five bits a digit, the sixth says that more follow, the lowest of all is the sign. */
function numbersOf(word: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of word) {
    const digit = digits.get(character) ?? 0;
    value += (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) === 0) {
      numbers.push(value & 1 ? -(value >> 1) : value >> 1);
      value = 0;
      shift = 0;
    }
  }
  return numbers;
}

/**
 * The segments of each generated line.
 *
 * @example decodeMappings("AAAA;EACE") // [[[0, 0, 0]], [[2, 1, 2]]]
 */
export function decodeMappings(mappings: string): Segment[][] {
  let line = 0;
  let column = 0;
  return mappings.split(";").map(words => {
    let generated = 0;
    const segments: Segment[] = [];
    for (const word of words.split(",")) {
      const [toGenerated, , toLine, toColumn] = numbersOf(word);
      if (toGenerated === undefined) continue;
      generated += toGenerated;
      if (toLine === undefined || toColumn === undefined) continue;
      line += toLine;
      column += toColumn;
      segments.push([generated, line, column]);
    }
    return segments;
  });
}

/** Where generated code comes from, through one or more compilations; decoded when first asked. */
export class SourceMap {
  #decoded: Segment[][][] | undefined;

  /** @param steps the last compilation first */
  constructor(private readonly steps: readonly RawSourceMap[]) {}

  /** The place a generated place comes from: that of the nearest mapping before it; undefined where there is none. */
  origin(place: Place): Place | undefined {
    this.#decoded ??= this.steps.map(step => decodeMappings(step.mappings));
    let at: Place | undefined = place;
    for (const lines of this.#decoded) {
      const { line, column }: Place = at;
      const segment: Segment | undefined = lines[line]?.findLast(([start]) => start <= column) ?? lines[line]?.[0];
      if (segment === undefined) return undefined;
      at = { line: segment[1], column: segment[2] };
    }
    return at;
  }
}
