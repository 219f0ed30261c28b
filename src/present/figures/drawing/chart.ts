import { type Axis, plotlyAxis, settle, shows } from "./axes.js";
import { axisLook, inPanel, layoutLook, note, panelTitle } from "./look.js";
import type { Json, PlotlyFigure, PlotlyTrace } from "./plotly.js";
import { runtimeStyles } from "./style.js";
import { plain } from "./text.js";
import { circles, lineHeight, lineLabels, type Series, trace } from "./trace.js";

export interface Panel {
  readonly title?: string;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly panels: readonly Panel[];
  /** Two columns share the y axis between panels; in one column, each panel has its own. */
  readonly columns: 1 | 2;
  readonly panelHeight: number;
  /** `line` writes the names at the lines of every panel; by default the chart chooses. */
  readonly labels?: "line";
}

/** A phone's width in pixels, like all lengths here. A figure must be readable at this width. */
const narrowest = 400;

/** An upper estimate of a character's width in a label, in pixels. */
const characterWidth = 7.3;

/**
 * Draws lines in panels, as Plotly's JSON, which fits every width from a phone's to a page's.
 *
 * By default, series have labels at their lines if there is one column and at most six series, with marks and short names.
 * Otherwise there is a legend. If each panel's title is the name of its series, there is neither.
 *
 * @returns the figure, and the number of values that a logarithmic axis cannot show (zeros), which become gaps
 */
export function lineChart(chart: Chart): { readonly plot: PlotlyFigure; readonly unshown: number } {
  const { columns, panelHeight, panels } = chart;
  const names = [
    ...new Map(
      panels.flatMap(({ series }) => series.map(({ dataset, runtime, label }) => [`${dataset} ${runtime}`, label])),
    ).values(),
  ];
  const styles = runtimeStyles(panels.flatMap(({ series }) => series));
  const bare = panels.some(panel => panel.series.some(series => series.marks === false));
  const named = panels.every(({ title, series }) => series.every(({ label }) => label === title));
  const few = columns === 1 && names.length <= 6 && names.every(name => name.length <= 16) && !bare;
  const labels = chart.labels ?? (named ? "none" : few ? "line" : "legend");
  const longest = Math.max(0, ...names.map(name => Math.min(name.length, 32)));
  const legendHeight = labels === "legend" ? legendRows(names) * (lineHeight + 1) + 6 : 0;
  const titled = panels.some(panel => panel.title !== undefined);
  const gap = titled ? 44 : 26;
  const rows = Math.ceil(panels.length / columns);
  // the heights above the panels, for a page that shows the title itself or is wide enough for a shorter legend
  const above = { title: 38, legend: legendHeight };
  const margin = {
    l: 74,
    r: labels === "line" ? 24 + longest * characterWidth : 16,
    t: above.title + above.legend + (titled ? 22 : 4),
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
      unshown += series.points.filter(point => point.y !== null && !shows(y, point.y)).length;
      const drawn = trace(series, styles.get(series.runtime)!, { suffix, y });
      const first = !data.some(({ legendgroup }) => legendgroup === drawn.legendgroup);
      data.push({ ...drawn, showlegend: labels === "legend" && first }, ...circles(series, { suffix, y }));
    }
    if (labels === "line") annotations.push(...lineLabels(panel.series, styles, { suffix, x, y, height: panelHeight }));
    if (panel.series.every(series => series.points.every(point => point.y === null))) {
      annotations.push(inPanel("not measured", suffix));
    }
  });
  if (columns === 2) {
    const onPaper = { xref: "paper", yref: "paper" };
    annotations.push(
      { ...note(chart.x.title), ...onPaper, x: 0.5, y: 0, yshift: -26, yanchor: "top" },
      { ...note(panels[0]!.y.title), ...onPaper, x: 0, y: 0.5, xshift: -64, textangle: -90, yanchor: "middle" },
    );
  }
  const layout = {
    ...layoutLook(chart.title, height),
    meta: {
      above,
      x: plain(chart.x.title, 90),
      panels: panels.map(({ title = "", y }) => ({ title: plain(title, 90), y: plain(y.title, 90) })),
    },
    margin,
    ...axes,
    annotations,
    showlegend: labels === "legend",
    legend: {
      orientation: "h",
      tracegroupgap: 0,
      font: { size: 12 },
      xref: "container",
      x: 0.01,
      xanchor: "left",
      yref: "container",
      y: 1 - 36 / height,
      yanchor: "top",
    },
  };
  return { plot: { data, layout }, unshown };
}

/** Returns the number of a legend's rows on a phone: entries are placed side by side as long as they fit. */
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
