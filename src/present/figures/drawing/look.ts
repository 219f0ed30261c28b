import { wrap } from "../../../model/text-table.js";
import type { Figure } from "./figure.js";
import type { Json } from "./plotly.js";
import { faint, fontFamily, grid, ink, paper } from "./style.js";
import { plain } from "./text.js";

/** The style of every axis. */
export const axisLook = {
  gridcolor: grid,
  linecolor: faint,
  tickcolor: faint,
  showline: true,
  zeroline: false,
  ticks: "outside",
  ticklen: 4,
  tickfont: { size: 11 },
  title: { text: "" },
} as const;

/** Pixels at the top of every figure that contain only its title; a page that shows the title leaves them out. */
export const titleHeight = 34;

/** Returns the layout that all figures share. */
export const layoutLook = (title: string, height: number) =>
  ({
    height,
    autosize: true,
    title: {
      text: `<b>${plain(title, 46)}</b>`,
      font: { size: 14 },
      xref: "container",
      x: 0.01,
      xanchor: "left",
      yref: "container",
      y: 1 - 10 / height,
      yanchor: "top",
    },
    font: { family: fontFamily, size: 12, color: ink },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    hovermode: "closest",
    hoverlabel: { align: "left", font: { family: fontFamily, size: 12 } },
  }) as const;

/** Returns a figure without values: a sentence that says why nothing is drawn. */
export function emptyFigure(base: Pick<Figure, "id" | "title" | "sources">, words: string): Figure {
  const hidden = { visible: false } as const;
  const text = wrap(words, 46)
    .map(line => plain(line, 46))
    .join("<br>");
  const layout = {
    ...layoutLook(base.title, 180),
    xaxis: hidden,
    yaxis: hidden,
    annotations: [{ ...note(""), text, ...middle }],
  };
  return { ...base, finding: words, caption: words, plot: { data: [], layout } };
}

const middle = { xref: "paper", yref: "paper", x: 0.5, y: 0.5, xanchor: "center", yanchor: "middle" } as const;
/** Returns an annotation without an arrow. */
export const note = (text: string) => ({
  text: plain(text, 90),
  showarrow: false,
  xanchor: "center",
  font: { size: 12 },
});
/** Returns a text in the middle of a panel. */
export const inPanel = (text: string, suffix: string): Json => ({
  ...note(text),
  ...middle,
  xref: `x${suffix} domain`,
  yref: `y${suffix} domain`,
  font: { size: 11, color: faint },
});
/** Returns a panel's name above its left corner. */
export const panelTitle = (title: string, suffix: string): Json => ({
  ...note(title),
  xref: `x${suffix} domain`,
  x: 0,
  xanchor: "left",
  yref: `y${suffix} domain`,
  y: 1,
  yanchor: "bottom",
  yshift: 2,
  font: { size: 12, color: faint },
});
