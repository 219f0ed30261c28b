import { readFileSync } from "node:fs";
import type { PlotlyLibrary } from "../drawing/plotly.js";
import { boxOf, type Fonts, pageBoxOf, pathLength, pointAtLength, textLength } from "./boxes.js";

/** Plotly in a document without a browser. */
export interface PlotlyPage {
  readonly plotly: PlotlyLibrary;
  /** Restarts the page's random numbers: Plotly makes ids from them, and the same figure must give the same SVG. */
  readonly reseed: () => void;
}

/**
 * Loads Plotly into a jsdom window that measures SVG with the given fonts. This takes about a second.
 *
 * jsdom has no layout. Plotly asks it for boxes and text lengths, which come from `boxes.ts`; the rest is standard DOM.
 */
export async function openPlotlyPage(plotlyFile: string, fonts: Fonts): Promise<PlotlyPage> {
  const { JSDOM } = await import("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only", pretendToBeVisual: true });
  const rect = (box: ReturnType<typeof boxOf>) => {
    const { left, top, right, bottom } = box ?? { left: 0, top: 0, right: 0, bottom: 0 };
    return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
  };
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: Element) {
      return rect(boxOf(this, fonts));
    },
    getBoundingClientRect(this: Element) {
      return rect(pageBoxOf(this, fonts));
    },
    getComputedTextLength(this: Element) {
      return textLength(this, fonts);
    },
    getTotalLength(this: Element) {
      return pathLength(this);
    },
    getPointAtLength(this: Element, distance: number) {
      return pointAtLength(this, distance);
    },
  });
  // Plotly's maps need these two while they load; none of our figures draws on a canvas
  Object.assign(window, { TextDecoder, TextEncoder });
  Object.assign(window.HTMLCanvasElement.prototype, { getContext: () => null });
  Object.assign(window.URL, { createObjectURL: () => "blob:none", revokeObjectURL: () => {} });
  let state = 1;
  const reseed = () => {
    state = 1;
  };
  // the generator MINSTD of Park and Miller: state · 48271 mod 2^31 − 1
  window.Math.random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  window.eval(readFileSync(plotlyFile, "utf8"));
  return { plotly: (window as unknown as { Plotly: PlotlyLibrary }).Plotly, reseed };
}
