import { readFileSync } from "node:fs";

/** The metrics of a font that drawing text needs, as shares of the font size. */
export interface Font {
  readonly ascent: number;
  readonly descent: number;
  /** Width of a text set in one line at size 1, without kerning. */
  readonly width: (text: string) => number;
}

/**
 * Reads the metrics of a TrueType font: hhea's ascent and descent, and the advance widths of hmtx through cmap format 12. A character
 * that the font lacks has the width of its missing-glyph box. Format: the OpenType specification.
 *
 * @param file path of a .ttf file
 * @throws Error if the file is not a TrueType font with a cmap of format 12; this means a broken installation, not a user's mistake
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
  const groups = subtables.find(subtable => subtable.readUInt16BE(0) === 12);
  if (groups === undefined) throw new Error(`${file}: no cmap of format 12`);
  return codePoint => {
    for (let at = 16; at < 16 + 12 * groups.readUInt32BE(12); at += 12) {
      const first = groups.readUInt32BE(at);
      if (codePoint >= first && codePoint <= groups.readUInt32BE(at + 4)) {
        return groups.readUInt32BE(at + 8) + codePoint - first;
      }
    }
    return 0;
  };
}
