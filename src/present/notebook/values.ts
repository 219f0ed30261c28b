/**
 * Displays a cell's last expression: values that define how they are displayed, and kinds of values that are recognised by their
 * shape.
 */
import type { ViewableFrame } from "../../analysis/frames/view.js";
import type { Figure } from "../figures/drawing/figure.js";
import type { MimeBundle } from "./display.js";
import { elementBundle, isPlotly, isPolars, plotlyBundle, polarsBundle, vegaBundle } from "./foreign.js";
import { tableBundle } from "./table.js";

/** The method by which a value defines how it is displayed: it returns a bundle, or a promise of one. */
export const mimeKey = Symbol.for("rund-lab.mime");

/** The same method of Deno's kernel, which libraries written for it have. */
const denoKey = Symbol.for("Jupyter.display");

/**
 * Returns how a value is displayed: by its own method, or as a figure or a table if its shape is recognised.
 *
 * Figures are those of this package, Plotly's `{data, layout}`, specifications of Vega and Vega-Lite, elements of a document and
 * canvases; tables are frames and series of danfo and frames of polars.
 *
 * @returns undefined for a value that is best displayed as text
 */
export async function bundleOf(value: unknown): Promise<MimeBundle | undefined> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  for (const key of [mimeKey, denoKey]) {
    const own = methodOf(value, key);
    if (own !== undefined) return own.call(value);
  }
  return typeof value === "function" ? undefined : kindOf(value)?.();
}

/** Returns a method; undefined also for a proxy that has a value for every property, or whose properties cannot be read. */
function methodOf(value: object, key: symbol): (() => MimeBundle | Promise<MimeBundle>) | undefined {
  try {
    const own = key in value ? (value as Record<symbol, unknown>)[key] : undefined;
    return typeof own === "function" ? (own as () => MimeBundle) : undefined;
  } catch {
    return undefined;
  }
}

/** Recognises a value by its shape; undefined also for one whose properties cannot be read. */
function kindOf(value: object): (() => MimeBundle | Promise<MimeBundle>) | undefined {
  try {
    if (isFrame(value)) return () => tableBundle(value);
    if (isPolars(value)) return () => polarsBundle(value);
    if (isFigure(value)) return async () => (await import("./show.js")).figureBundle(value);
    if (isPlotly(value)) return () => plotlyBundle(value);
    const bundle = vegaBundle(value) ?? elementBundle(value);
    return bundle && (() => bundle);
  } catch {
    return undefined;
  }
}

/** Whether a value is a danfo frame; judged by its shape, because it may come from another copy of danfo. */
function isFrame(value: object): value is ViewableFrame {
  const frame = value as Partial<ViewableFrame>;
  return typeof frame.$isSeries === "boolean" && Array.isArray(frame.columns) && Array.isArray(frame.index);
}

function isFigure(value: object): value is Figure {
  const { id, finding, plot } = value as Partial<Figure>;
  return typeof id === "string" && typeof finding === "string" && Array.isArray(plot?.data);
}
