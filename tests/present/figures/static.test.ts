import { readFileSync } from "node:fs";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import opentype from "opentype.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { fig10, pngOfSvg, renderSvg } from "../../../src/present/figures/index.js";
import { boxOf, pageBoxOf, pathLength, pointAtLength } from "../../../src/present/figures/static/boxes.js";
import { readFont } from "../../../src/present/figures/static/font.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("static pictures");
const fontFile = (name: string) => join(projectRoot, "node_modules/dejavu-fonts-ttf/ttf", name);
const fonts = { regular: readFont(fontFile("DejaVuSans.ttf")), bold: readFont(fontFile("DejaVuSans-Bold.ttf")) };

/** The first element of an SVG text. */
const svg = (inner: string) =>
  new JSDOM(`<svg xmlns="http://www.w3.org/2000/svg">${inner}</svg>`).window.document.querySelector("svg")!
    .firstElementChild!;

const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-6, `${actual} is not ${expected}`);

test("for every character of the basic plane, the width is the one that opentype.js reads", () => {
  for (const [name, own] of [
    ["DejaVuSans.ttf", fonts.regular],
    ["DejaVuSans-Bold.ttf", fonts.bold],
  ] as const) {
    const bytes = readFileSync(fontFile(name));
    const font = opentype.parse(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    );
    assert.equal([own.ascent, own.descent], [font.ascender / font.unitsPerEm, -font.descender / font.unitsPerEm]);
    for (let code = 0x20; code < 0x10000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      const width = (font.charToGlyph(character).advanceWidth ?? Number.NaN) / font.unitsPerEm;
      if (own.width(character) !== width)
        assert.unreachable(`${name} U+${code.toString(16)}: ${own.width(character)} ${width}`);
    }
  }
});

test("advance widths are those of the font", () => {
  // in units of 1/2048 em, from the font's AFM: A 1401, i 569, space 651, en dash 1024
  near(fonts.regular.width("A"), 1401 / 2048);
  near(fonts.regular.width("i"), 569 / 2048);
  near(fonts.regular.width(" "), 651 / 2048);
  near(fonts.regular.width("–"), 1024 / 2048);
  near(fonts.regular.ascent, 1901 / 2048);
  near(fonts.regular.descent, 483 / 2048);
});

test("a text's box begins at its anchor and covers all its lines", () => {
  const width = (2 * 10 * 1401) / 2048;
  for (const [anchor, left] of [
    ["start", 5],
    ["middle", 5 - width / 2],
    ["end", 5 - width],
  ] as const) {
    const box = boxOf(svg(`<text x="5" y="20" text-anchor="${anchor}" style="font-size: 10px">AA</text>`), fonts);
    near(box?.left, left);
    near(box?.right, left + width);
    near(box?.top, 20 - 19010 / 2048);
    near(box?.bottom, 20 + 4830 / 2048);
  }
  const two = '<tspan x="0" y="0" dy="0em">A</tspan><tspan x="0" y="0" dy="1.3em">AAA</tspan>';
  const box = boxOf(svg(`<text style="font-size: 10px">${two}</text>`), fonts);
  near(box?.right, (3 * 14010) / 2048);
  near(box?.bottom, 13 + 4830 / 2048);
});

test("a rotated text is as wide as it was high", () => {
  const box = pageBoxOf(svg('<text transform="rotate(-90,0,0)" style="font-size: 10px">AAAA</text>'), fonts);
  near(box!.right - box!.left, (10 * (1901 + 483)) / 2048);
  near(box?.top, (-4 * 14010) / 2048);
  near(box?.bottom, 0);
});

test("transforms apply from the inside out, about the given centre", () => {
  const group = svg(
    '<g transform="translate(10,0) scale(2)"><rect x="1" y="1" width="2" height="1" transform="rotate(90,1,1)"/></g>',
  );
  const box = pageBoxOf(group.firstElementChild!, fonts);
  // (1,1)…(3,2) turned by 90° about (1,1) is (0,1)…(1,3); doubled and moved (10,2)…(12,6)
  near(box?.left, 10);
  near(box?.top, 2);
  near(box?.right, 12);
  near(box?.bottom, 6);
});

test("a path's length and points follow its lines", () => {
  const path = svg('<path d="M0,0H3V4L3,10"/>');
  near(pathLength(path), 13);
  assert.equal(pointAtLength(path, 5), { x: 3, y: 2 });
  assert.equal(pointAtLength(path, 99), { x: 3, y: 10 });
});

test("the same figure gives the same SVG, also after other figures, and a PNG of the requested size", async () => {
  const figure = fig10([await loadDataset("ae_data")]);
  const first = await renderSvg(figure.plot, 800);
  const [, second] = await Promise.all([renderSvg(figure.plot, 400), renderSvg(figure.plot, 800)]);
  assert.is(second, first);
  const png = Buffer.from(await pngOfSvg(first, 2));
  assert.is(png.toString("latin1", 1, 4), "PNG");
  assert.equal([png.readUInt32BE(16), png.readUInt32BE(20)], [1600, 2 * figure.plot.layout.height]);
});

test("a figure that Plotly cannot draw is an error, and the next one is drawn", async () => {
  const figure = fig10([await loadDataset("ae_data")]);
  let failed = false;
  await renderSvg(figure.plot, Number.NaN).catch(() => {
    failed = true;
  });
  assert.ok(failed);
  assert.match(await renderSvg(figure.plot), /^<svg /);
});

test.run();
