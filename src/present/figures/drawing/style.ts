import { fnv1a } from "../../../model/hash.js";
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
 * Colours differ in lightness as well as hue, so that they can be told apart in grey and by colour-blind readers, and have a
 * contrast of at least 3 : 1 with white paper. Each runtime also has its own mark.
 */
const known: Readonly<Record<string, RuntimeStyle>> = {
  kata: { colour: "#b3321b", mark: "square" },
  katafc: { colour: "#c98500", mark: "triangle-up" },
  katatemplate: { colour: "#0b8476", mark: "diamond" },
  rund: { colour: "#1b2f8f", mark: "circle" },
  runc: { colour: "#4d4d4d", mark: "triangle-down" },
  crun: { colour: "#8a6d3b", mark: "pentagon" },
  runsc: { colour: "#7d3fa8", mark: "cross" },
  kata3qemu: { colour: "#d0594a", mark: "square-x" },
  kata3clh: { colour: "#3f7fbf", mark: "hexagon" },
  kata3fc: { colour: "#a06a00", mark: "star-triangle-up" },
  kata3dragonball: { colour: "#3b3f8f", mark: "star" },
  // variants of control groups, which replace runtimes in their figures
  v1: { colour: "#a8447a", mark: "octagon" },
  v1pool: { colour: "#3f7fbf", mark: "bowtie" },
  joint: { colour: "#2f6d2f", mark: "hourglass" },
  jointpool: { colour: "#8c8c1a", mark: "hexagram" },
  v2: { colour: "#6b3a1e", mark: "star-square" },
};

const otherColours = ["#a8447a", "#2f6d2f", "#3f7fbf", "#6b3a1e", "#8c8c1a", "#5a5f6b"] as const;
const otherMarks = ["x", "star", "bowtie", "hourglass", "star-square", "hexagram", "octagon"] as const;

/**
 * Returns a runtime's colour and mark. An unknown runtime gets both from its id's hash, so that they are the same in
 * every figure.
 *
 * @example runtimeStyle("rund") // { colour: "#1b2f8f", mark: "circle" }
 */
export function runtimeStyle(id: string): RuntimeStyle {
  const own = Object.hasOwn(known, id) ? known[id] : undefined;
  if (own !== undefined) return own;
  const hash = fnv1a(id);
  const colour = otherColours[hash % otherColours.length] ?? ink;
  const mark = otherMarks[Math.floor(hash / otherColours.length) % otherMarks.length] ?? "x";
  return { colour, mark };
}

/**
 * Returns the colour of the first, second, … line of a panel whose lines are not runtimes, such as rates.
 *
 * @example lineColour(0) // "#a8447a"
 */
export const lineColour = (index: number): string => otherColours[index % otherColours.length] ?? ink;

/** Returns the style of the first, second, … dataset of a figure; the first has solid lines and filled marks. */
export function datasetStyle(index: number): { readonly dash: string; readonly open: boolean } {
  return { dash: ["solid", "dash", "dot", "dashdot", "longdash"][index % 5] ?? "solid", open: index % 2 === 1 };
}

/** The colours on a dark page: lighter, in the same order of lightness if that matters. */
const dark: Readonly<Record<string, string>> = {
  [ink]: "#e6edf3",
  [faint]: "#9da7b3",
  [grid]: "#30363d",
  [paper]: "#14171b",
  "#b3321b": "#dd4f33",
  "#c98500": "#f9cc55",
  "#0b8476": "#2fc4b0",
  "#1b2f8f": "#7d94ff",
  "#4d4d4d": "#b5b5b5",
  "#8a6d3b": "#c9a566",
  "#7d3fa8": "#bd86e6",
  "#d0594a": "#ff9181",
  "#3f7fbf": "#74b0ea",
  "#a06a00": "#dba143",
  "#3b3f8f": "#9aa0f5",
  "#a8447a": "#e182b4",
  "#2f6d2f": "#74bd74",
  "#6b3a1e": "#c98a66",
  "#8c8c1a": "#c7c74f",
  "#5a5f6b": "#a3a9b5",
};

/** Returns the same figure for a dark page. Text is not changed; only whole strings that are one of our colours are. */
export function inDark(figure: PlotlyFigure): PlotlyFigure {
  const recolour = (value: Json): Json => {
    if (typeof value === "string") return Object.hasOwn(dark, value) ? (dark[value] ?? value) : value;
    if (Array.isArray(value)) return value.map(recolour);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, recolour(inner)]));
  };
  return recolour(figure as unknown as Json) as unknown as PlotlyFigure;
}
