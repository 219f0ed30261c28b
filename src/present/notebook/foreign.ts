/** Displays values of other libraries, which are recognised by their shape. */
import { tableView } from "../../analysis/frames/view.js";
import { counted } from "../../model/counted.js";
import type { PlotlyFigure } from "../figures/drawing/plotly.js";
import type { MimeBundle } from "./display.js";
import { viewBundle } from "./table.js";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value is a figure in Plotly's form: `{data, layout}`, and no properties besides Plotly's. */
export function isPlotly(value: object): value is PlotlyFigure {
  const { data, layout, config: _, frames: __, ...rest } = value as Record<string, unknown>;
  return Array.isArray(data) && data.every(isObject) && isObject(layout) && Object.keys(rest).length === 0;
}

/**
 * Returns Plotly's JSON and, if this package's part of Plotly can draw the kind of figure, the interactive figure and a picture.
 */
export async function plotlyBundle({ data, layout }: PlotlyFigure): Promise<MimeBundle> {
  const json = { "application/vnd.plotly.v1+json": { data, layout } };
  const title = layout.title as string | { readonly text?: string } | undefined;
  const name = (typeof title === "string" ? title : title?.text) ?? `a figure of ${counted(data.length, "trace")}`;
  const text = { "text/plain": name };
  if (data.some(({ type }) => !["scatter", "bar", "heatmap", "histogram", "box", undefined].includes(type))) {
    return { ...json, ...text };
  }
  const [{ interactiveHtml }, { renderPng }] = await Promise.all([
    import("./interactive.js"),
    import("../figures/static/render.js"),
  ]);
  const sized = { data, layout: { ...layout, height: layout.height ?? 450 } };
  const picture = await renderPng(sized, layout.width ?? 700).catch(() => undefined);
  return {
    ...json,
    "text/html": interactiveHtml(sized, name),
    ...(picture !== undefined && { "image/png": Buffer.from(picture).toString("base64") }),
    ...text,
  };
}

/**
 * Returns a specification of Vega or Vega-Lite under its own MIME type, which JupyterLab and VS Code draw; undefined for
 * other values.
 *
 * @example Object.keys(vegaBundle({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" })) // ["application/vnd.vegalite.v5+json", "text/plain"]
 */
export function vegaBundle(value: object): MimeBundle | undefined {
  const { toSpec } = value as { toSpec?: unknown };
  const spec: unknown = typeof toSpec === "function" ? toSpec.call(value) : value;
  if (!isObject(spec) || typeof spec.$schema !== "string") return undefined;
  const [, lite, version] = /\/schema\/vega(-lite)?\/v(\d+)/.exec(spec.$schema) ?? [];
  if (version === undefined) return undefined;
  return {
    [`application/vnd.vega${lite === undefined ? "" : "lite"}.v${version}+json`]: spec,
    "text/plain": JSON.stringify(spec, null, 2),
  };
}

/** Returns an element of a document as SVG or HTML, or a canvas as a picture; undefined for other values. */
export function elementBundle(value: object): MimeBundle | undefined {
  const { outerHTML, toDataURL } = value as { readonly outerHTML?: unknown; readonly toDataURL?: unknown };
  if (typeof toDataURL === "function") {
    const [, mime, data] = /^data:(image\/\w+);base64,(.*)$/s.exec(String(toDataURL.call(value))) ?? [];
    return mime === undefined ? undefined : { [mime]: data, "text/plain": "a canvas" };
  }
  if (typeof outerHTML !== "string" || !/^\s*</.test(outerHTML)) return undefined;
  if (!/^<svg[\s>]/i.test(outerHTML)) return { "text/html": outerHTML, "text/plain": outerHTML };
  const named = /^<svg[^>]*\sxmlns=/i.test(outerHTML);
  const svg = named ? outerHTML : outerHTML.replace(/^<svg/i, '<svg xmlns="http://www.w3.org/2000/svg"');
  return { "image/svg+xml": svg, "text/plain": svg };
}

/** The part of a polars frame that is used here. */
interface PolarsFrame {
  readonly columns: readonly string[];
  readonly height: number;
  head(length: number): PolarsFrame;
  tail(length: number): PolarsFrame;
  toRecords(): readonly Readonly<Record<string, unknown>>[];
}

/** Whether a value is a frame of polars. */
export function isPolars(value: object): value is PolarsFrame {
  const { columns, height, toRecords, head, tail } = value as Partial<PolarsFrame>;
  const methods = [toRecords, head, tail].every(method => typeof method === "function");
  return methods && Array.isArray(columns) && typeof height === "number";
}

/** Returns a frame of polars as a table; of a long one, only the displayed rows are converted. */
export function polarsBundle(frame: PolarsFrame): MimeBundle {
  const { columns, height } = frame;
  const long = height > 60;
  const records = long ? [...frame.head(5).toRecords(), ...frame.tail(5).toRecords()] : frame.toRecords();
  const rows = records.map(record => columns.map(column => shown(record[column])));
  const view = tableView(columns, rows);
  return viewBundle(long ? { ...view, head: 5, size: `${height} rows × ${columns.length} columns` } : view);
}

const shown = (value: unknown): string | number | boolean | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};
