import { type Axis, placeOn, plotlyAxis, type SettledAxis, settle, shows } from "./axes.js";
import { dodged } from "./dodge.js";
import type { Json, PlotlyFigure, PlotlyTrace } from "./plotly.js";
import { datasetStyle, faint, fontFamily, grid, ink, paper, runtimeStyle } from "./style.js";
import { plain } from "./text.js";

/** One point of a series. A null y is a gap: the line breaks there. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
  /** Ends of the error bar. */
  readonly low?: number;
  readonly high?: number;
  /** Set apart by a ring: an outlier. */
  readonly ringed?: boolean;
  /** What is shown when the reader points at it. */
  readonly hover: string;
}

/** One runtime of one dataset in one panel. */
export interface Series {
  readonly label: string;
  readonly runtime: string;
  /** The dataset's place among those shown: decides dash and fill of the marks. */
  readonly dataset: number;
  readonly points: readonly Point[];
  /** Without marks where points are dense. */
  readonly marks?: boolean;
}

export interface Panel {
  readonly title?: string;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly panels: readonly Panel[];
  /** Two columns share the y axis between panels; one column gives each its own. */
  readonly columns: 1 | 2;
  readonly panelHeight: number;
}

/** A phone's width, at which a figure must still be readable; in pixels, as all lengths here. */
const narrowest = 400;

/** Line height of labels and legend entries in pixels, and an upper estimate of a character's width at their size. */
const line = 18;
const characterWidth = 7.3;

/**
 * Draws lines in panels: as Plotly's JSON, which fits every width from a phone's to a page's.
 *
 * Series are labelled at their lines in a single column of up to six with short names, by a legend elsewhere.
 *
 * @returns the figure, and how many values a logarithmic axis could not show (zeros): they are gaps
 */
export function lineChart(chart: Chart): { readonly plot: PlotlyFigure; readonly unshown: number } {
  const { columns, panelHeight, panels } = chart;
  const names = [...new Set(panels.flatMap(panel => panel.series.map(series => series.label)))];
  const bare = panels.some(panel => panel.series.some(series => series.marks === false));
  const labels = panels.every(panel => panel.series.length < 2)
    ? "none"
    : columns === 1 && names.length <= 6 && names.every(name => name.length <= 16) && !bare
      ? "line"
      : "legend";
  const longest = Math.max(0, ...names.map(name => Math.min(name.length, 32)));
  const legendHeight = labels === "legend" ? legendRows(names) * (line + 1) + 6 : 0;
  const titled = panels.some(panel => panel.title !== undefined);
  const gap = titled ? 44 : 26;
  const rows = Math.ceil(panels.length / columns);
  const margin = {
    l: 74,
    r: labels === "line" ? 24 + longest * characterWidth : 16,
    t: 38 + legendHeight + (titled ? 22 : 4),
    b: 54,
  };
  const narrow = (narrowest - margin.l - margin.r) / columns - (columns === 2 ? 8 : 0);
  const plotHeight = rows * panelHeight + (rows - 1) * gap;
  const height = margin.t + plotHeight + margin.b;

  const allX = panels.flatMap(panel => panel.series.flatMap(series => series.points.map(point => point.x)));
  const x = settle(chart.x, allX);
  const largest = x.scale === "log" ? 10 ** x.range[1] : x.range[1];
  const widestLabel = 14 + 7 * Math.round(largest).toLocaleString("en-US").length;
  const sharedY = columns === 2 ? settle(panels[0]!.y, panels.flatMap(yValues)) : undefined;
  const data: PlotlyTrace[] = [];
  const axes: Record<string, Json> = {};
  const annotations: Json[] = [];
  let unshown = 0;

  panels.forEach((panel, index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const suffix = index === 0 ? "" : String(index + 1);
    const y = sharedY ?? settle(panel.y, yValues(panel));
    const top = 1 - (row * (panelHeight + gap)) / plotHeight;
    const last = index + columns >= panels.length;
    axes[`xaxis${suffix}`] = {
      ...axisLook,
      ...plotlyAxis(x, narrow, widestLabel),
      domain: columns === 1 ? [0, 1] : column === 0 ? [0, 0.475] : [0.525, 1],
      anchor: `y${suffix}`,
      showticklabels: last,
      ...(index > 0 ? { matches: "x" } : {}),
      ...(columns === 1 && last ? { title: { text: chart.x.title, standoff: 8 } } : {}),
    };
    axes[`yaxis${suffix}`] = {
      ...axisLook,
      ...plotlyAxis(y, panelHeight, 16),
      domain: [Math.max(0, top - panelHeight / plotHeight), top],
      anchor: `x${suffix}`,
      showticklabels: column === 0,
      ...(sharedY !== undefined && index > 0 ? { matches: "y" } : {}),
      ...(columns === 1 ? { title: { text: panel.y.title, standoff: 6 } } : {}),
    };
    if (panel.title !== undefined) annotations.push(panelTitle(panel.title, suffix));
    for (const series of panel.series) {
      const first = !data.some(trace => trace.name === plain(series.label));
      unshown += series.points.filter(point => point.y !== null && !shows(y, point.y)).length;
      data.push(trace(series, { suffix, y, legend: labels === "legend" && first }));
    }
    if (labels === "line") annotations.push(...lineLabels(panel.series, { suffix, x, y, height: panelHeight }));
    if (panel.series.every(series => series.points.every(point => point.y === null))) {
      annotations.push(inPanel("not measured", suffix));
    }
  });
  if (columns === 2) {
    annotations.push(
      { ...note(chart.x.title), xref: "paper", yref: "paper", x: 0.5, y: 0, yshift: -26, yanchor: "top" },
      {
        ...note(panels[0]!.y.title),
        xref: "paper",
        yref: "paper",
        x: 0,
        y: 0.5,
        xshift: -64,
        textangle: -90,
        yanchor: "middle",
      },
    );
  }
  const layout = {
    ...layoutLook(chart.title, height),
    margin,
    ...axes,
    annotations,
    showlegend: labels === "legend",
    legend: {
      orientation: "h",
      tracegroupgap: 0,
      xref: "container",
      yref: "container",
      x: 0.01,
      y: 1 - 36 / height,
      xanchor: "left",
      yanchor: "top",
      font: { size: 12 },
    },
  };
  return { plot: { data, layout }, unshown };
}

/** Rows of a legend on a phone: entries side by side until one no longer fits. */
function legendRows(names: readonly string[]): number {
  let [rows, used] = [1, 0];
  for (const name of names) {
    const width = Math.min(name.length, 32) * characterWidth + 42;
    if (used > 0 && used + width > narrowest - 16) [rows, used] = [rows + 1, 0];
    used += width;
  }
  return rows;
}

const yValues = (panel: Panel): number[] =>
  panel.series.flatMap(({ points }) =>
    points.flatMap(({ y, low, high }) => [y, low, high].filter((value): value is number => value != null)),
  );

/** What every axis of ours looks like. */
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

/** What every figure of ours looks like. */
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

/** A word in place of a figure that has nothing to draw. */
export function emptyPlot(title: string, words: string): PlotlyFigure {
  const hidden = { visible: false } as const;
  return {
    data: [],
    layout: { ...layoutLook(title, 180), xaxis: hidden, yaxis: hidden, annotations: [{ ...note(words), ...middle }] },
  };
}

const middle = { xref: "paper", yref: "paper", x: 0.5, y: 0.5, xanchor: "center", yanchor: "middle" } as const;
const note = (text: string) => ({ text: plain(text, 90), showarrow: false, xanchor: "center", font: { size: 12 } });
const inPanel = (text: string, suffix: string): Json => ({
  ...note(text),
  ...middle,
  xref: `x${suffix} domain`,
  yref: `y${suffix} domain`,
  font: { size: 11, color: faint },
});
const panelTitle = (title: string, suffix: string): Json => ({
  ...note(title),
  xref: `x${suffix} domain`,
  yref: `y${suffix} domain`,
  x: 0,
  y: 1,
  xanchor: "left",
  yanchor: "bottom",
  yshift: 2,
  font: { size: 12, color: faint },
});

function trace(
  { label, runtime, dataset, points, marks = true }: Series,
  { suffix, y: axis, legend }: { suffix: string; y: SettledAxis; legend: boolean },
): PlotlyTrace {
  const { colour, mark } = runtimeStyle(runtime);
  const { dash, open } = datasetStyle(dataset);
  const y = points.map(point => (point.y !== null && shows(axis, point.y) ? point.y : null));
  const bars = points.some(({ low, high }) => low !== undefined && high !== undefined);
  const floor = axis.scale === "log" ? 10 ** axis.range[0] : -Infinity;
  const reach = (length: (point: Point, y: number) => number) =>
    points.map((point, i) => (y[i] == null ? 0 : length(point, y[i])));
  return {
    type: "scatter",
    mode: marks ? "lines+markers" : "lines",
    name: plain(label),
    legendgroup: plain(label),
    showlegend: legend,
    x: points.map(point => point.x),
    y,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    connectgaps: false,
    cliponaxis: false,
    line: { color: colour, width: 2, dash },
    marker: {
      color: colour,
      symbol: open ? `${mark}-open` : mark,
      ...(points.some(point => point.ringed)
        ? {
            opacity: 1,
            size: points.map(point => (point.ringed ? 12 : 6)),
            line: { width: points.map(point => (point.ringed ? 2 : open ? 1 : 0)), color: ink },
          }
        : { size: 8, line: { width: open ? 2 : 0, color: colour } }),
    },
    hoverinfo: "text",
    hovertext: points.map(point => point.hover),
    ...(bars
      ? {
          error_y: {
            type: "data",
            symmetric: false,
            array: reach(({ high }, value) => (high === undefined ? 0 : high - value)),
            arrayminus: reach(({ low }, value) => (low === undefined ? 0 : value - Math.max(low, floor))),
            thickness: 1.2,
            width: 3,
            color: colour,
          },
        }
      : {}),
  };
}

/** Names beside the last points of lines, moved apart where they would overlap, each with a thin line to its point. */
function lineLabels(
  all: readonly Series[],
  { suffix, x, y, height }: { suffix: string; x: SettledAxis; y: SettledAxis; height: number },
): readonly Json[] {
  const ends = all.flatMap(series => {
    const point = series.points.findLast(({ y: value }) => value !== null && shows(y, value));
    return point === undefined || point.y === null ? [] : [{ series, x: point.x, y: point.y }];
  });
  const wanted = ends.map(end => (1 - placeOn(y, end.y)) * height);
  const places = dodged(wanted, line - 3, height);
  return ends.map((end, index) => ({
    text: plain(end.series.label),
    font: { size: 12 },
    xref: `x${suffix}`,
    yref: `y${suffix}`,
    x: x.scale === "log" ? Math.log10(end.x) : end.x,
    y: y.scale === "log" ? Math.log10(end.y) : end.y,
    ax: 16,
    ay: places[index]! - wanted[index]!,
    xanchor: "left",
    yanchor: "middle",
    showarrow: true,
    arrowhead: 0,
    arrowwidth: 1,
    arrowcolor: runtimeStyle(end.series.runtime).colour,
    standoff: 5,
  }));
}
