import type { PlotlyFigure } from "./plotly.js";

/** A figure: Plotly's JSON, and the same in words for readers who cannot see it or want to check it. */
export interface Figure {
  /** The base name of its files, such as `fig-10`. */
  readonly id: string;
  readonly title: string;
  /** What the figure shows, in words, computed from its own numbers; also the alternative text. */
  readonly finding: string;
  /** What is plotted, what the bars are, and what is missing. */
  readonly caption: string;
  /** The origin of each series, in the order of the series. */
  readonly sources: readonly SeriesSource[];
  readonly plot: PlotlyFigure;
}

/** The origin of one series' numbers. */
export interface SeriesSource {
  readonly series: string;
  readonly dataset: string;
  readonly runtime: string;
  /** The run folders, as the dataset names them. */
  readonly runs: readonly string[];
  /** The table and its rows or columns, or the distilled file, that holds the plotted values. */
  readonly values: string;
}
