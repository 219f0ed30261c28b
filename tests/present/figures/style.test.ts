import { suite } from "uvu";
import * as assert from "uvu/assert";
import { knownRuntimes, type RuntimeColour, runtimeColour, runtimeColours } from "../../../src/model/runtimes.js";
import type { PlotlyFigure } from "../../../src/present/figures/drawing/plotly.js";
import { inDark, ink, paper, runtimeStyles } from "../../../src/present/figures/drawing/style.js";

const test = suite("palette");
const main = ["kata", "katafc", "katatemplate", "rund"];

/** The style of a runtime that is alone in its figure. */
const alone = (runtime: string, colour: RuntimeColour | null = runtimeColour(runtime)) =>
  runtimeStyles([{ runtime, colour }]).get(runtime)!;
/** The styles of runtimes without a declared colour in one figure. */
const undeclared = (ids: readonly string[]) => [
  ...runtimeStyles(ids.map(runtime => ({ runtime, colour: null }))).values(),
];

/** Linear light of an sRGB colour (IEC 61966-2-1). */
const linear = (colour: string) =>
  [1, 3, 5]
    .map(at => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map(part => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as [number, number, number];

type Rgb = readonly [number, number, number];
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
/** WCAG 2's contrast ratio. */
const contrast = (one: string, other: string) => {
  const [high, low] = [luminance(linear(one)), luminance(linear(other))].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
};
const lightness = (light: Rgb) => 116 * Math.cbrt(luminance(light)) - 16;

/** CIE L*a*b* of linear light, D65. */
function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Full colour blindness of three kinds as matrices on linear light (Machado, Oliveira and Fernandes 2009). */
const blindness: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const pairs = main.flatMap((one, i) => main.slice(i + 1).map(other => [one, other] as const));
const inTheDark = (colour: string) =>
  (inDark({ data: [], layout: { height: 1, colour } } as PlotlyFigure).layout as unknown as { colour: string }).colour;

for (const [page, background, colourOf] of [
  ["light", paper, (id: string) => alone(id).colour],
  ["dark", inTheDark(paper), (id: string) => inTheDark(alone(id).colour)],
] as const) {
  test(`on a ${page} page every colour has a contrast of 3 : 1, text of 7 : 1`, () => {
    for (const name of runtimeColours) {
      const { colour } = alone("mine", name);
      const ratio = contrast(page === "light" ? colour : inTheDark(colour), background);
      assert.ok(ratio >= 3, `${name}: ${ratio}`);
    }
    assert.ok(contrast(page === "light" ? ink : inTheDark(ink), background) >= 7);
  });

  test(`on a ${page} page the paper's runtimes differ in grey by 7 steps of lightness`, () => {
    for (const [one, other] of pairs) {
      const apart = Math.abs(lightness(linear(colourOf(one))) - lightness(linear(colourOf(other))));
      assert.ok(apart >= 7, `${one} and ${other}: ${apart}`);
    }
  });

  for (const [kind, matrix] of Object.entries(blindness)) {
    test(`on a ${page} page the paper's runtimes differ to ${kind} by ΔE 15`, () => {
      const seen = (id: string) => {
        const light = linear(colourOf(id));
        const clip = (value: number) => Math.min(1, Math.max(0, value));
        return lab(
          matrix.map(row => clip(row.reduce((sum, weight, i) => sum + weight * light[i]!, 0))) as unknown as Rgb,
        );
      };
      for (const [one, other] of pairs) {
        const [a, b] = [seen(one), seen(other)];
        const apart = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        assert.ok(apart >= 15, `${one} and ${other}: ${apart}`);
      }
    });
  }
}

test("every known runtime has a colour and a mark of its own, the paper's four those of its figures", () => {
  const styles = knownRuntimes.map(({ id }) => alone(id));
  assert.is(new Set(styles.map(({ colour }) => colour)).size, knownRuntimes.length);
  assert.is(new Set(styles.map(({ mark }) => mark)).size, knownRuntimes.length);
  assert.equal(
    main.map(id => alone(id).colour),
    ["#b3321b", "#c98500", "#0b8476", "#1b2f8f"],
  );
});

test("two runtimes of one figure never have the same colour, even if both declare it or neither does", () => {
  const both = runtimeStyles([
    { runtime: "mine", colour: null },
    { runtime: "rund", colour: "navy" },
    { runtime: "yours", colour: "navy" },
    { runtime: "runc", colour: "grey" },
  ]);
  assert.equal(both.get("rund"), alone("rund"));
  assert.equal(both.get("runc"), alone("runc"));
  assert.is(new Set([...both.values()].map(({ colour }) => colour)).size, 4);
  for (let count = 2; count <= runtimeColours.length; count++) {
    const styles = undeclared(Array.from({ length: count }, (_, n) => `series ${n}`));
    assert.is(new Set(styles.map(({ colour }) => colour)).size, count);
    assert.is(new Set(styles.map(({ mark }) => mark)).size, count);
  }
});

test("if a figure has more runtimes than there are colours, they differ in their marks", () => {
  const styles = undeclared(Array.from({ length: 40 }, (_, n) => `series ${n}`));
  assert.is(new Set(styles.map(({ colour, mark }) => `${colour} ${mark}`)).size, 40);
});

test("the variants of control groups, which share a figure, leave the known runtimes' colours free", () => {
  const styles = undeclared(["v1", "v1pool", "joint", "jointpool", "v2"]);
  const taken = knownRuntimes.map(({ id }) => alone(id).colour);
  for (const { colour } of styles) assert.not.ok(taken.includes(colour), colour);
});

test.run();
