import type { Dataset, StartCell } from "../../../analysis/datasets/dataset.js";
import { colourIn, labelIn } from "../../../analysis/label-in.js";
import { byRuntime } from "../../../model/runtimes.js";
import { lineChart } from "../drawing/chart.js";
import type { Figure, SeriesSource } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { perDataset } from "../drawing/lowest-in-words.js";
import { distinct, scopeIn, seriesLabel } from "../drawing/series.js";
import { digits, formatMs, listed, plain, sentences } from "../drawing/text.js";
import type { Series } from "../drawing/trace.js";

/** The percentiles of the lower panel, which also has the slowest cold start. */
const tail = [50, 75, 90, 95, 99] as const;

/**
 * Draws latency distributions at one concurrency: above, the share of cold starts that are ready by a time (ECDF, on a 1 % grid,
 * R-7); below, the share that is slower, on a logarithmic axis.
 *
 * @param concurrency by default the largest at which every runtime was measured
 */
export function latencyFigure(datasets: readonly Dataset[], concurrency = commonConcurrency(datasets)): Figure {
  const title = `Latency of cold starts, concurrency ${concurrency ?? "unknown"}`;
  const cells = cellsAt(datasets, concurrency).filter(({ cell }) => cell.latencyQuantiles.length > 0);
  const base = { id: "latency", title, sources: cellSources(cells, "latency.csv") };
  if (cells.length === 0) return emptyFigure(base, "The data contain no latencies of a concurrency campaign.");
  const hover = ({ cell, dataset }: LabelledCell, ms: number, words: string) =>
    `<b>${plain(labelIn(dataset, cell.runtime))}</b>: ${words} ${formatMs(ms)}<br>${plain(dataset.name)}`;
  const ecdf = cells.map(
    (labelled): Series => ({
      ...seriesLook(labelled),
      marks: false,
      points: labelled.cell.latencyQuantiles.map((ms, percent) => ({
        x: ms,
        y: percent,
        hover: hover(labelled, ms, `${percent} % ready by`),
      })),
    }),
  );
  const slower = cells.map((labelled): Series => {
    const { cell } = labelled;
    const [slowest] = cell.latencyQuantiles.slice(-1);
    return {
      ...seriesLook(labelled),
      points: [
        ...tail.map(percent => ({ x: cell.latencyQuantiles[percent]!, y: 100 - percent })),
        { x: slowest!, y: 100 / cell.samples },
      ].map(({ x, y }) => ({ x, y, hover: hover(labelled, x, `${digits(y)} % of cold starts take at least`) })),
    };
  });
  const { plot } = lineChart({
    title,
    x: { title: "latency of a cold start (ms)" },
    panels: [
      { y: { title: "ready (%)", scale: "linear" }, series: ecdf },
      { y: { title: "slower (%)", scale: "log" }, series: slower },
    ],
    columns: 1,
    panelHeight: 230,
  });
  const quickestFirst = [...cells].sort((a, b) => a.cell.latencyQuantiles[50]! - b.cell.latencyQuantiles[50]!);
  const words = (place: number) => {
    const own = quickestFirst.filter(({ index }) => index === place);
    const values = own.map(({ cell, dataset }) => {
      const [p50, p99, max] = [50, 99, 100].map(percent => formatMs(cell.latencyQuantiles[percent]!));
      return `${labelIn(dataset, cell.runtime)} ${p50}, ${p99} and ${max}`;
    });
    const what = `Median, 99th percentile and slowest cold start at concurrency ${concurrency}`;
    return own.length === 0 ? "" : `${what}: ${values.join("; ")}.`;
  };
  return {
    ...base,
    finding: perDataset(datasets, words),
    caption: sentences(
      "Top: share of cold starts that are ready by a time, over all rounds and clients, in steps of 1 %. Bottom: share of cold starts that take longer, at the 50th, 75th, 90th, 95th and 99th percentile and at the slowest start.",
      perDataset(datasets, place => {
        const own = cells.filter(({ index }) => index === place);
        const counts = own.map(
          ({ cell, dataset }, at) =>
            `${cell.samples}${at === 0 ? " cold starts" : ""} of ${labelIn(dataset, cell.runtime)}`,
        );
        return counts.length === 0 ? "" : `${listed(counts)}.`;
      }),
      scopeIn(datasets),
    ),
    plot,
  };
}

/**
 * Returns the largest concurrency at which every runtime of every dataset has a cell on an empty host; undefined if there is
 * none.
 */
export function commonConcurrency(datasets: readonly Dataset[]): number | undefined {
  const series = new Map<string, Set<number>>();
  for (const [index, { starts }] of datasets.entries()) {
    for (const { experiment, runtime, concurrency, rounds } of starts) {
      if (experiment !== "time" || rounds.length === 0) continue;
      const key = JSON.stringify([index, runtime]);
      series.set(key, (series.get(key) ?? new Set()).add(concurrency));
    }
  }
  const [first, ...others] = series.values();
  return distinct([...(first ?? [])])
    .filter(one => others.every(other => other.has(one)))
    .at(-1);
}

/** One cell of the concurrency experiment, with its label in figures. */
export interface LabelledCell {
  readonly cell: StartCell;
  readonly dataset: Dataset;
  /** The dataset's index among those shown. */
  readonly index: number;
  readonly label: string;
}

/** Returns the name and the style of a labelled cell's series. */
export const seriesLook = ({ cell: { runtime }, dataset, index, label }: LabelledCell) => ({
  label,
  runtime,
  colour: colourIn(dataset, runtime),
  dataset: index,
});

/** Returns the origin of each cell's series. */
export const cellSources = (cells: readonly LabelledCell[], values: string): readonly SeriesSource[] =>
  cells.map(({ cell: { runtime, run }, dataset, label }) => ({
    series: label,
    dataset: dataset.name,
    runtime,
    runs: [run],
    values,
  }));

/** Returns the cells of the concurrency experiment at one concurrency, by dataset and then by runtime. */
export function cellsAt(datasets: readonly Dataset[], concurrency: number | undefined): readonly LabelledCell[] {
  return datasets.flatMap((dataset, index) =>
    dataset.starts
      .filter(cell => cell.experiment === "time" && cell.concurrency === concurrency)
      .sort((a, b) => byRuntime(a.runtime, b.runtime))
      .map(cell => ({ cell, dataset, index, label: seriesLabel(cell.runtime, dataset, datasets.length) })),
  );
}
