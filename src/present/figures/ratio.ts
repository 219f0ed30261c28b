import type { Dataset } from "../../analysis/datasets/dataset.js";
import { startGroups } from "../../analysis/groups.js";
import { labelIn } from "../../analysis/label-in.js";
import type { Figure } from "./drawing/figure.js";
import { axisLook, emptyFigure, layoutLook } from "./drawing/look.js";
import type { Json, PlotlyTrace } from "./drawing/plotly.js";
import { distinct, scopeIn, sourcesBy } from "./drawing/series.js";
import { faint } from "./drawing/style.js";
import { digits, formatMs, listed, plain, ranges, sentences } from "./drawing/text.js";

interface RatioCell {
  readonly density: number;
  readonly concurrency: number;
  readonly a: number;
  readonly b: number;
  readonly ratio: number;
}

const cellHeight = 36;

/**
 * Draws two runtimes' mean makespans, one divided by the other, over density × concurrency. A heavy line separates cells in
 * which different runtimes are faster. The values are those of `time.csv` (density 0) and `density_<id>.csv`; a cell that was
 * not measured for both contains a dash.
 *
 * @param pair ids of the two runtimes; the first one's makespans are divided by the second one's
 * @throws LabError `RUND_TWO_RUNS` (input) if the dataset holds two runs of one runtime
 */
export function ratioFigure(dataset: Dataset, [a, b]: readonly [string, string] = ["rund", "katatemplate"]): Figure {
  const [above, below] = [labelIn(dataset, a), labelIn(dataset, b)];
  const title = `${plain(above, 14)} / ${plain(below, 14)}: makespans`;
  const cells = ratios(dataset, a, b);
  const sources = [a, b].flatMap(id =>
    sourcesBy(
      dataset,
      dataset.runs.filter(({ runtime, experiment }) => runtime === id && experiment !== "memory"),
      `time.csv, row ${id}; density_${id}.csv`,
    ),
  );
  const base = { id: "ratio", title, sources };
  if (cells.length === 0)
    return emptyFigure(base, `${dataset.name} has no cell with makespans of both ${above} and ${below}.`);
  const concurrencies = distinct(cells.map(cell => cell.concurrency));
  const densities = distinct(cells.map(cell => cell.density));
  const at = (x: number, y: number) =>
    cells.find(cell => cell.concurrency === concurrencies[x] && cell.density === densities[y]);
  const places = densities.flatMap((_, y) => concurrencies.map((_, x) => ({ x, y, cell: at(x, y) })));
  const differs = (one: RatioCell | undefined, other: RatioCell | undefined) =>
    one !== undefined && other !== undefined && one.ratio < 1 !== other.ratio < 1;
  const border = { type: "line", line: { color: "black", width: 3 } };
  const shapes = places.flatMap(({ x, y, cell }): readonly Json[] => {
    const area = { x0: x - 0.5, x1: x + 0.5, y0: y - 0.5, y1: y + 0.5 };
    const look = { type: "rect", line: { width: 0 }, layer: "below" };
    return [
      ...(cell === undefined ? [] : [{ ...look, ...area, fillcolor: shade(cell.ratio) }]),
      ...(differs(cell, at(x + 1, y)) ? [{ ...border, ...area, x0: area.x1 }] : []),
      ...(differs(cell, at(x, y + 1)) ? [{ ...border, ...area, y0: area.y1 }] : []),
    ];
  });
  const numbers: PlotlyTrace = {
    type: "scatter",
    mode: "text",
    name: title,
    x: places.map(place => place.x),
    y: places.map(place => place.y),
    text: places.map(({ cell }) => cell?.ratio.toFixed(2) ?? "–"),
    textfont: {
      size: 12,
      color: places.map(({ cell }) => (cell === undefined ? faint : isDark(cell.ratio) ? "white" : "black")),
    },
    hoverinfo: "text",
    hovertext: places.map(({ x, y, cell }) => {
      const place = inPlace(concurrencies[x]!, densities[y]!);
      const words =
        cell === undefined
          ? "not measured for both"
          : `${plain(above)} ${formatMs(cell.a)}, ${plain(below)} ${formatMs(cell.b)}`;
      return `${place}: ${words}<br>${plain(dataset.name)}`;
    }),
  };
  const axis = (title: string, values: readonly number[]) => ({
    ...axisLook,
    showline: false,
    showgrid: false,
    ticks: "",
    range: [-0.5, values.length - 0.5],
    tickvals: [...values.keys()],
    ticktext: values.map(String),
    title: { text: title, standoff: 8 },
  });
  const [top, bottom] = [44, 54];
  const height = top + cellHeight * densities.length + bottom;
  return {
    ...base,
    finding: inWords(cells, above, below),
    caption: sentences(
      `Mean makespan of ${above} divided by that of ${below} in ${dataset.name}; below 1 (blue) ${above} is faster, above 1 (amber) ${below} is faster. Density 0 is the concurrency campaign, without background sandboxes. The heavy line separates cells in which different runtimes are faster.`,
      cells.length < concurrencies.length * densities.length
        ? "A dash means that one of the two was not measured."
        : "",
      scopeIn([dataset]),
    ),
    plot: {
      data: [numbers],
      layout: {
        ...layoutLook(title, height),
        meta: { above: { title: 38, legend: 0 }, x: "", panels: [{ title: "", y: "ratio" }] },
        margin: { l: 74, r: 16, t: top, b: bottom },
        xaxis: axis("concurrency", concurrencies),
        yaxis: axis("background density", densities),
        shapes,
        showlegend: false,
      },
    },
  };
}

function ratios(dataset: Dataset, a: string, b: string): readonly RatioCell[] {
  const groups = startGroups(dataset);
  return groups.flatMap(({ experiment, runtime, density, concurrency, makespanMs }) => {
    const other = groups.find(
      one =>
        one.experiment === experiment &&
        one.runtime === b &&
        one.density === density &&
        one.concurrency === concurrency,
    )?.makespanMs;
    return runtime !== a || makespanMs === null || other == null || other === 0
      ? []
      : [{ density, concurrency, a: makespanMs, b: other, ratio: makespanMs / other }];
  });
}

/**
 * Returns the colour of a ratio: white at 1, dark blue at a half and less, amber at 2 and more, which also differ in grey. `inDark`
 * does not change this notation, so a cell keeps its colour.
 */
function shade(ratio: number): string {
  const share = Math.min(1, Math.abs(Math.log2(ratio)));
  const end = ratio < 1 ? [0x1b, 0x2f, 0x8f] : [0xe0, 0x9a, 0x1c];
  return `rgb(${end.map(part => Math.round(255 + (part - 255) * share)).join(",")})`;
}

/** Returns a cell in words: "concurrency 10 with 500 background sandboxes". */
const inPlace = (concurrency: number, density: number | string) =>
  `concurrency ${concurrency} ${Number(density) === 0 ? "without" : `with ${density}`} background sandboxes`;

const isDark = (ratio: number) => Math.log2(ratio) < -0.5;

function inWords(cells: readonly RatioCell[], above: string, below: string): string {
  const led = cells.filter(cell => cell.ratio < 1);
  const lost = cells.filter(cell => cell.ratio >= 1);
  const least = cells.reduce((one, other) => (other.ratio < one.ratio ? other : one));
  const most = cells.reduce((one, other) => (other.ratio > one.ratio ? other : one));
  const place = (cell: RatioCell) => `${digits(cell.ratio)} at ${inPlace(cell.concurrency, cell.density)}`;
  const range = `The ratio ranges from ${place(least)} to ${place(most)}.`;
  if (lost.length === 0)
    return `${above} is faster than ${below} in ${cells.length === 1 ? "the only cell" : `all ${cells.length} cells`}. ${range}`;
  const all = distinct(cells.map(cell => cell.density));
  const where = distinct(lost.map(cell => cell.concurrency)).map(concurrency => {
    const own = distinct(lost.filter(cell => cell.concurrency === concurrency).map(cell => cell.density));
    return `at ${inPlace(concurrency, ranges(own, all))}`;
  });
  return `${above} is faster than ${below} in ${led.length} of ${cells.length} cells; it is not faster ${listed(where)}. ${range}`;
}
