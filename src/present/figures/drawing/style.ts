import { fnv1a } from "../../../model/hash.js";
import { knownRuntimes, type RuntimeColour, runtimeColours } from "../../../model/runtimes.js";
import type { Json, PlotlyFigure } from "./plotly.js";

/** The font family of static pictures, with the fallbacks for a browser. */
export const fontFamily = "DejaVu Sans, Verdana, sans-serif";

/** Colours of everything except data. */
export const ink = "#1f2328";
export const faint = "#57606a";
export const grid = "#e4e7eb";
export const paper = "#ffffff";

/** The style of one runtime, in every figure. */
export interface RuntimeStyle {
  readonly colour: string;
  /** A Plotly marker symbol. */
  readonly mark: string;
}

/**
 * How each colour of a runtime looks on a light and on a dark page, and its mark. Colours differ in lightness as well as hue, so
 * that they can be told apart in grey and by colour-blind readers, and have a contrast of at least 3 : 1 with the page.
 */
const palette: Readonly<
  Record<RuntimeColour, { readonly light: string; readonly dark: string; readonly mark: string }>
> = {
  red: { light: "#b3321b", dark: "#dd4f33", mark: "square" },
  amber: { light: "#c98500", dark: "#f9cc55", mark: "triangle-up" },
  teal: { light: "#0b8476", dark: "#2fc4b0", mark: "diamond" },
  navy: { light: "#1b2f8f", dark: "#7d94ff", mark: "circle" },
  grey: { light: "#4d4d4d", dark: "#b5b5b5", mark: "triangle-down" },
  ochre: { light: "#8a6d3b", dark: "#c9a566", mark: "pentagon" },
  violet: { light: "#7d3fa8", dark: "#bd86e6", mark: "cross" },
  coral: { light: "#d0594a", dark: "#ff9181", mark: "square-x" },
  blue: { light: "#3f7fbf", dark: "#74b0ea", mark: "hexagon" },
  bronze: { light: "#a06a00", dark: "#dba143", mark: "star-triangle-up" },
  indigo: { light: "#3b3f8f", dark: "#9aa0f5", mark: "star" },
  plum: { light: "#a8447a", dark: "#e182b4", mark: "octagon" },
  green: { light: "#2f6d2f", dark: "#74bd74", mark: "hourglass" },
  brown: { light: "#6b3a1e", dark: "#c98a66", mark: "star-square" },
  olive: { light: "#8c8c1a", dark: "#c7c74f", mark: "hexagram" },
  slate: { light: "#5a5f6b", dark: "#a3a9b5", mark: "x" },
};

/** The colours that no known runtime declares; runtimes without a declared colour get these first. */
const spare = runtimeColours.filter(colour => knownRuntimes.every(own => own.colour !== colour));
const known = runtimeColours.filter(colour => !spare.includes(colour));

/** A runtime of a figure, or another subject of its comparison, such as a snapshotter. */
export interface StyledRuntime {
  readonly runtime: string;
  /** The colour that its declaration names; null without one. */
  readonly colour: RuntimeColour | null;
}

/**
 * Returns the style of each runtime of a figure; no two have the same colour, if there are at most sixteen.
 *
 * A runtime has its declared colour, unless one before it declares the same. The others take the free colours, from the place to
 * which their ids' hashes point, so that most keep their colours in figures with other runtimes. Beyond sixteen, colours repeat
 * with different marks.
 *
 * @param all in any order, also repeated
 * @example runtimeStyles([{ runtime: "rund", colour: "navy" }]).get("rund") // { colour: "#1b2f8f", mark: "circle" }
 */
export function runtimeStyles(all: readonly StyledRuntime[]): ReadonlyMap<string, RuntimeStyle> {
  const count = runtimeColours.length;
  const styles = new Map<string, RuntimeStyle>();
  const taken = new Set<RuntimeColour>();
  const take = (runtime: string, colour: RuntimeColour) => {
    const shift = Math.floor(styles.size / count);
    const { mark } = palette[runtimeColours[(runtimeColours.indexOf(colour) + shift) % count]!];
    taken.add(colour);
    styles.set(runtime, { colour: palette[colour].light, mark });
  };
  for (const { runtime, colour } of all) {
    if (colour !== null && !taken.has(colour) && !styles.has(runtime)) take(runtime, colour);
  }
  for (const { runtime } of all) {
    if (styles.has(runtime)) continue;
    const at = fnv1a(runtime) % spare.length;
    const inTurn = [...spare.slice(at), ...spare.slice(0, at), ...known];
    take(runtime, inTurn.find(colour => !taken.has(colour)) ?? runtimeColours[styles.size % count]!);
  }
  return styles;
}

/** Returns the style of the first, second, … dataset of a figure; the first has solid lines and filled marks. */
export function datasetStyle(index: number): { readonly dash: string; readonly open: boolean } {
  return { dash: ["solid", "dash", "dot", "dashdot", "longdash"][index % 5] ?? "solid", open: index % 2 === 1 };
}

/** The colours on a dark page for those on a light page. */
const dark: Readonly<Record<string, string>> = {
  [ink]: "#e6edf3",
  [faint]: "#9da7b3",
  [grid]: "#30363d",
  [paper]: "#14171b",
  ...Object.fromEntries(Object.values(palette).map(({ light, dark }) => [light, dark])),
};

/** Returns the same figure for a dark page. Only strings that are exactly one of our colours change; other text does not. */
export function inDark(figure: PlotlyFigure): PlotlyFigure {
  const recolour = (value: Json): Json => {
    if (typeof value === "string") return Object.hasOwn(dark, value) ? (dark[value] ?? value) : value;
    if (Array.isArray(value)) return value.map(recolour);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recolour(inner)]));
  };
  return recolour(figure as unknown as Json) as unknown as PlotlyFigure;
}
