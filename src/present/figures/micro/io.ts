import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { colourIn, labelIn } from "../../../analysis/label-in.js";
import { type IoRow, ioTable } from "../../../analysis/tables/io.js";
import type { Figure } from "../drawing/figure.js";
import { axisLook, emptyFigure, layoutLook, panelTitle } from "../drawing/look.js";
import type { Json, PlotlyTrace } from "../drawing/plotly.js";
import { seriesLabel, sourcesBy } from "../drawing/series.js";
import { type RuntimeStyle, runtimeStyles } from "../drawing/style.js";
import { listed, plain, sentences } from "../drawing/text.js";
import { machines } from "./operations.js";

const title = "Reading and writing inside a container";

const patternWords = {
  read: "sequential read",
  randread: "random read",
  write: "sequential write",
  randwrite: "random write",
} as const;

/** The panels: requests of 4 KiB are shown as requests per second, those of 128 KiB as bytes per second. */
const panels = [
  { blockBytes: 4096, direct: true, title: "4 KiB, direct: requests a second" },
  { blockBytes: 4096, direct: false, title: "4 KiB, buffered: requests a second" },
  { blockBytes: 131_072, direct: true, title: "128 KiB, direct: MiB/s" },
  { blockBytes: 131_072, direct: false, title: "128 KiB, buffered: MiB/s" },
] as const;

const shownValue = ({ blockBytes, iops, mibPerSecond }: IoRow): number => (blockBytes === 4096 ? iops : mibPerSecond);
/** Returns MiB per second in the unit of the row's panel. */
const shownAs = ({ blockBytes }: IoRow, mib: number): number =>
  blockBytes === 4096 ? (mib * 2 ** 20) / blockBytes : mib;

/**
 * Draws I/O by runtime: the rate at which a container reads and writes its root file system. Each runtime has a mark, each pattern
 * a row, and each block size a panel with the page cache and one without. Bars reach from the slowest to the fastest job.
 *
 * @param concurrency number of containers that ran fio at the same time
 */
export function ioFigure(datasets: readonly Dataset[], concurrency = 1): Figure {
  const rows = datasets.map(dataset => ioTable(dataset).filter(row => row.concurrency === concurrency && row.jobs > 0));
  const names = datasets.map(dataset => (runtime: string) => labelIn(dataset, runtime));
  const sources = datasets.flatMap((dataset, index) =>
    sourcesBy(dataset, rows[index]!, "events.ndjson, jobs of each round"),
  );
  const base = { id: "io", title, sources };
  if (rows.every(own => own.length === 0))
    return emptyFigure(
      base,
      `No I/O at concurrency ${concurrency} in ${listed(datasets.map(({ name }) => plain(name)))}.`,
    );
  const styles = runtimeStyles(
    rows.flatMap((own, at) => own.map(({ runtime }) => ({ runtime, colour: colourIn(datasets[at]!, runtime) }))),
  );
  const data: PlotlyTrace[] = [];
  const axes: Record<string, Json> = {};
  const annotations: Json[] = [];
  const [panelHeight, gap] = [118, 58];
  const plotHeight = panels.length * panelHeight + (panels.length - 1) * gap;
  const margin = { l: 128, r: 28, t: 96, b: 44 };
  for (const [index, panel] of panels.entries()) {
    const suffix = index === 0 ? "" : String(index + 1);
    for (const [at, own] of rows.entries()) {
      for (const runtime of new Set(own.map(row => row.runtime))) {
        const shown = own.filter(
          row => row.runtime === runtime && row.blockBytes === panel.blockBytes && row.direct === panel.direct,
        );
        const name = plain(seriesLabel(runtime, datasets[at]!, datasets.length));
        data.push(marks(shown, styles.get(runtime)!, { suffix, first: index === 0, name }));
      }
    }
    const top = 1 - (index * (panelHeight + gap)) / plotHeight;
    axes[`xaxis${suffix}`] = {
      ...axisLook,
      type: "log",
      anchor: `y${suffix}`,
      tickformat: ",",
      dtick: "D2",
      tickangle: 0,
    };
    axes[`yaxis${suffix}`] = {
      ...axisLook,
      type: "category",
      anchor: `x${suffix}`,
      autorange: "reversed",
      ticks: "",
      domain: [Math.max(0, top - panelHeight / plotHeight), top],
    };
    annotations.push(panelTitle(panel.title, suffix));
  }
  const height = margin.t + plotHeight + margin.b;
  return {
    ...base,
    finding: sentences(...rows.map((own, at) => inWords(own, names[at]!))),
    caption: sentences(
      `fio in ${concurrency === 1 ? "one container" : `each of ${concurrency} containers`}, one request at a time, on a file in the container's root file system. Marks show the mean over jobs; bars reach from the slowest to the fastest job. Buffered I/O goes through the page cache. A direct request in gVisor does too: its gofer opens the file on the host without O_DIRECT.`,
      machines(datasets.flatMap(({ io = [] }) => io)),
    ),
    plot: {
      data,
      layout: {
        ...layoutLook(title, height),
        margin,
        annotations,
        ...axes,
        legend: { orientation: "h", x: 0, xanchor: "left", y: 1 + 62 / plotHeight, yanchor: "top", font: { size: 12 } },
      },
    },
  };
}

function marks(
  rows: readonly IoRow[],
  { colour, mark }: RuntimeStyle,
  { suffix, first, name }: { suffix: string; first: boolean; name: string },
): PlotlyTrace {
  return {
    type: "scatter",
    mode: "markers",
    name,
    legendgroup: name,
    showlegend: first,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: rows.map(shownValue),
    y: rows.map(({ pattern }) => patternWords[pattern]),
    marker: { color: colour, symbol: mark, size: 9 },
    error_x: {
      type: "data",
      symmetric: false,
      color: colour,
      thickness: 1.5,
      width: 3,
      array: rows.map(row => shownAs(row, row.highMibPerSecond) - shownValue(row)),
      arrayminus: rows.map(row => shownValue(row) - shownAs(row, row.lowMibPerSecond)),
    },
    hovertemplate: `<b>${name}</b>, %{y}: %{x:,.0f}<extra></extra>`,
  };
}

/** Returns the runtimes' direct random reads and writes of 4 KiB, in words. */
function inWords(rows: readonly IoRow[], labelOf: (runtime: string) => string): string {
  const parts = (["randread", "randwrite"] as const).flatMap(pattern => {
    const own = rows.filter(row => row.pattern === pattern && row.blockBytes === 4096 && row.direct);
    if (own.length === 0) return [];
    const values = own.map(row => `${plain(labelOf(row.runtime))} ${Math.round(row.iops).toLocaleString("en")}`);
    return [`direct ${patternWords[pattern]}s of 4 KiB per second: ${listed(values)}.`];
  });
  return sentences(...parts.map(text => text.charAt(0).toUpperCase() + text.slice(1)));
}
