import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { flagStarts } from "../../../analysis/flags.js";
import { labelIn } from "../../../analysis/label-in.js";
import type { CellFlags } from "../../../analysis/stats/flags.js";
import { median } from "../../../analysis/stats/quantile.js";
import { lineChart } from "../drawing/chart.js";
import type { Figure } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { perDataset } from "../drawing/lowest-in-words.js";
import { runtimesOf, scopeIn } from "../drawing/series.js";
import { digits, formatMs, listed, plain, sentences } from "../drawing/text.js";
import type { Series } from "../drawing/trace.js";
import { cellSources, cellsAt, commonConcurrency, type LabelledCell, seriesLook } from "./latency.js";

/**
 * Draws rounds over time at one concurrency: each round's makespan in percent of its cell's median, a panel per runtime. Outliers
 * are circled; `flagStarts` judges drift, warm-up and outliers, corrected over the whole dataset.
 *
 * @param concurrency by default the largest at which every runtime was measured
 */
export function roundsFigure(datasets: readonly Dataset[], concurrency = commonConcurrency(datasets)): Figure {
  const title = `Rounds over time, concurrency ${concurrency ?? "unknown"}`;
  const flags = new Map(datasets.flatMap(own => flagStarts(own).map((flag, i) => [own.starts[i]!, flag] as const)));
  const cells = cellsAt(datasets, concurrency).filter(({ cell }) => cell.rounds.length > 0);
  const base = { id: "rounds", title, sources: cellSources(cells, "rounds.csv, makespan_ms") };
  if (cells.length === 0) return emptyFigure(base, "There is no concurrency campaign with rounds here.");
  const series = cells.map(labelled => seriesOfRounds(labelled, flags.get(labelled.cell)!));
  const shares = series.flatMap(({ points }) => points.flatMap(({ y }) => y ?? []));
  const span = [Math.min(90, ...shares) - 5, Math.max(110, ...shares) + 5] as const;
  const panels = runtimesOf(series).map(runtime => ({
    title: labelIn({ runs: datasets.flatMap(({ runs }) => runs) }, runtime),
    y: { title: "makespan (% of the cell's median)", scale: "linear", span } as const,
    series: series.filter(one => one.runtime === runtime),
  }));
  const { plot } = lineChart({
    title,
    x: { title: "round", scale: "linear" },
    panels,
    columns: panels.length === 1 ? 1 : 2,
    panelHeight: 190,
  });
  return {
    ...base,
    finding: perDataset(datasets, place =>
      cells
        .filter(({ index }) => index === place)
        .map(({ cell, dataset }) => `${labelIn(dataset, cell.runtime)}: ${flagsInWords(flags.get(cell)!)}.`)
        .join(" "),
    ),
    caption: sentences(
      "Makespan of each complete round, in percent of the median of its cell. Circles mark outliers by the median absolute deviation: at the 5 % level after correction over all cells of the dataset, and at least 5 % from the median. Drift means that Spearman's ρ of makespan against round is at least 0.5, with the same correction.",
      scopeIn(datasets),
    ),
    plot,
  };
}

function seriesOfRounds(labelled: LabelledCell, flags: CellFlags): Series {
  const { cell, dataset } = labelled;
  const middle = median(cell.rounds.map(round => round.makespanMs));
  return {
    ...seriesLook(labelled),
    points: cell.rounds.map(({ round, makespanMs }, place) => ({
      x: round,
      y: middle === 0 ? null : (100 * makespanMs) / middle,
      circled: flags.outliers.includes(place + 1),
      hover: `<b>${plain(labelIn(dataset, cell.runtime))}</b>, round ${round}: ${formatMs(makespanMs)}<br>${plain(dataset.name)}`,
    })),
  };
}

function flagsInWords({ rounds, drift, driftRho, warmUp, firstRoundRatio, outliers }: CellFlags): string {
  const found = [
    ...(drift ? [`drifts ${driftRho > 0 ? "upward" : "downward"} (Spearman's ρ ${driftRho.toFixed(2)})`] : []),
    ...(warmUp && firstRoundRatio !== null
      ? [`its first round takes ${digits(firstRoundRatio)} times the median of the others`]
      : []),
    ...(outliers.length > 0
      ? [`${outliers.length} of ${rounds} rounds ${outliers.length === 1 ? "is an outlier" : "are outliers"}`]
      : []),
  ];
  return found.length === 0 ? "no drift, warm-up or outlier" : listed(found);
}
