import { readFileSync } from "node:fs";

/** The metrics of a font that drawing text needs, as shares of the font size. */
export interface Font {
  /** The TrueType file. */
  readonly file: string;
  readonly ascent: number;
  readonly descent: number;
  /** Width of a text set in one line at size 1, without kerning. */
  readonly width: (text: string) => number;
}

/**
 * Reads the metrics of a TrueType font: hhea's ascent and descent, and the advance widths of hmtx through cmap format 4 or 12. A
 * character that the font lacks has the width of its missing-glyph box. Format: the OpenType specification.
 *
 * @param file path of a .ttf file
 * @throws Error if the file is not a TrueType font with a Unicode cmap; this means a broken installation, not a user's mistake
 */
export function readFont(file: string): Font {
  const bytes = readFileSync(file);
  const table = (tag: string): Buffer => {
    for (let at = 12; at < 12 + 16 * bytes.readUInt16BE(4); at += 16) {
      if (bytes.toString("latin1", at, at + 4) === tag) {
        const start = bytes.readUInt32BE(at + 8);
        return bytes.subarray(start, start + bytes.readUInt32BE(at + 12));
      }
    }
    throw new Error(`${file}: no table ${tag}`);
  };
  const unitsPerEm = table("head").readUInt16BE(18);
  const hhea = table("hhea");
  const metrics = hhea.readUInt16BE(34);
  const hmtx = table("hmtx");
  const glyph = glyphLookup(table("cmap"), file);
  const advance = (character: string): number =>
    hmtx.readUInt16BE(4 * Math.min(glyph(character.codePointAt(0) ?? 0), metrics - 1)) / unitsPerEm;
  const known = new Map<string, number>();
  return {
    file,
    ascent: hhea.readInt16BE(4) / unitsPerEm,
    descent: -hhea.readInt16BE(6) / unitsPerEm,
    width: text => {
      let width = 0;
      for (const character of text) {
        let one = known.get(character);
        if (one === undefined) {
          one = advance(character);
          known.set(character, one);
        }
        width += one;
      }
      return width;
    },
  };
}

/** Returns the function from code point to glyph index in a cmap table; 0 for a character that the font lacks. */
function glyphLookup(cmap: Buffer, file: string): (codePoint: number) => number {
  const subtables = Array.from({ length: cmap.readUInt16BE(2) }, (_, index) =>
    cmap.subarray(cmap.readUInt32BE(4 + 8 * index + 4)),
  );
  const full = subtables.find(subtable => subtable.readUInt16BE(0) === 12);
  if (full !== undefined) {
    return codePoint => {
      for (let at = 16; at < 16 + 12 * full.readUInt32BE(12); at += 12) {
        const first = full.readUInt32BE(at);
        if (codePoint >= first && codePoint <= full.readUInt32BE(at + 4)) {
          return full.readUInt32BE(at + 8) + codePoint - first;
        }
      }
      return 0;
    };
  }
  const basic = subtables.find(subtable => subtable.readUInt16BE(0) === 4);
  if (basic === undefined) throw new Error(`${file}: no Unicode cmap`);
  const twice = basic.readUInt16BE(6);
  return codePoint => {
    for (let at = 14; at < 14 + twice; at += 2) {
      if (codePoint > basic.readUInt16BE(at)) continue;
      const first = basic.readUInt16BE(at + twice + 2);
      if (codePoint < first) return 0;
      const delta = basic.readUInt16BE(at + 2 * twice + 2);
      const offsetAt = at + 3 * twice + 2;
      const offset = basic.readUInt16BE(offsetAt);
      if (offset === 0) return (codePoint + delta) & 0xffff;
      const index = basic.readUInt16BE(offsetAt + offset + 2 * (codePoint - first));
      return index === 0 ? 0 : (index + delta) & 0xffff;
    }
    return 0;
  };
}
