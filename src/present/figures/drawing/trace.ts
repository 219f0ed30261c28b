import { placeOn, type SettledAxis, shows } from "./axes.js";
import { dodged } from "./dodge.js";
import type { Json, PlotlyTrace } from "./plotly.js";
import { datasetStyle, ink, type RuntimeStyle, type StyledRuntime } from "./style.js";
import { plain } from "./text.js";

/** Line height of labels and legend entries in pixels. */
export const lineHeight = 18;

/** One point of a series. A null y is a gap: the line breaks there. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
  /** Ends of the error bar. */
  readonly low?: number;
  readonly high?: number;
  /** Whether there is a circle around it. */
  readonly circled?: boolean;
  /** The text that appears when the reader points at it. */
  readonly hover: string;
}

/** One runtime of one dataset in one panel. */
export interface Series extends StyledRuntime {
  readonly label: string;
  /** The dataset's index among those shown; it determines dash and fill of the marks. */
  readonly dataset: number;
  readonly points: readonly Point[];
  /** Whether points have marks, by default true; dense points are drawn without. */
  readonly marks?: boolean;
}

/** Returns a series in Plotly's form, in the panel whose axes have this suffix. */
export function trace(
  { label, runtime, dataset, points, marks = true }: Series,
  { colour, mark }: RuntimeStyle,
  { suffix, y: axis }: { suffix: string; y: SettledAxis },
): PlotlyTrace {
  const { dash, open } = datasetStyle(dataset);
  const y = points.map(point => (point.y !== null && shows(axis, point.y) ? point.y : null));
  const bars = points.some(({ low, high }) => low !== undefined && high !== undefined);
  const floor = axis.scale === "log" ? 10 ** axis.range[0] : -Infinity;
  const reach = (length: (point: Point, y: number) => number) =>
    points.map((point, i) => (y[i] == null ? 0 : length(point, y[i])));
  const bar = bars && {
    type: "data",
    symmetric: false,
    thickness: 1.2,
    width: 3,
    color: colour,
    array: reach(({ high }, value) => (high === undefined ? 0 : high - value)),
    arrayminus: reach(({ low }, value) => (low === undefined ? 0 : value - Math.max(low, floor))),
  };
  return {
    type: "scatter",
    mode: marks ? "lines+markers" : "lines",
    connectgaps: false,
    cliponaxis: false,
    name: plain(label),
    legendgroup: legendGroup(dataset, runtime),
    x: points.map(point => point.x),
    y,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    line: { color: colour, width: 2, dash },
    marker: {
      color: colour,
      symbol: open ? `${mark}-open` : mark,
      size: points.length > 20 ? 6 : 8,
      line: { width: open ? 2 : 0, color: colour },
    },
    hoverinfo: "text",
    hovertext: points.map(point => point.hover),
    ...(bar && { error_y: bar }),
  };
}

/** Returns an open circle around each circled point of a series, in the colour of text; the point's own mark is not changed. */
export function circles(
  { label, runtime, dataset, points }: Series,
  { suffix, y: axis }: { suffix: string; y: SettledAxis },
): readonly PlotlyTrace[] {
  const circled = points.filter(({ circled, y }) => circled && y !== null && shows(axis, y));
  if (circled.length === 0) return [];
  return [
    {
      type: "scatter",
      mode: "markers",
      cliponaxis: false,
      showlegend: false,
      hoverinfo: "skip",
      name: `circled points of ${plain(label)}`,
      legendgroup: legendGroup(dataset, runtime),
      x: circled.map(({ x }) => x),
      y: circled.map(({ y }) => y),
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      marker: { color: ink, symbol: "circle-open", size: 15, line: { width: 1.5 } },
    },
  ];
}

/** Returns the group of traces that the legend shows and hides together. */
const legendGroup = (dataset: number, runtime: string) => `${dataset} ${plain(runtime, 400)}`;

/** Returns names beside the last points of lines, moved apart if they would overlap, each with a thin line to its point. */
export function lineLabels(
  all: readonly Series[],
  styles: ReadonlyMap<string, RuntimeStyle>,
  { suffix, x, y, height }: { suffix: string; x: SettledAxis; y: SettledAxis; height: number },
): readonly Json[] {
  const ends = all.flatMap(series => {
    const point = series.points.findLast(({ y: value }) => value !== null && shows(y, value));
    return point === undefined || point.y === null ? [] : [{ series, x: point.x, y: point.y }];
  });
  const wanted = ends.map(end => (1 - placeOn(y, end.y)) * height);
  const places = dodged(wanted, lineHeight - 3, height);
  return ends.map(({ series, ...end }, index) => ({
    text: plain(series.label),
    font: { size: 12 },
    xanchor: "left",
    yanchor: "middle",
    xref: `x${suffix}`,
    x: x.scale === "log" ? Math.log10(end.x) : end.x,
    yref: `y${suffix}`,
    y: y.scale === "log" ? Math.log10(end.y) : end.y,
    showarrow: true,
    arrowhead: 0,
    arrowwidth: 1,
    standoff: 5,
    ax: 16,
    ay: places[index]! - wanted[index]!,
    arrowcolor: styles.get(series.runtime)!.colour,
  }));
}
