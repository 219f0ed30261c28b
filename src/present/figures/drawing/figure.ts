import type { PlotlyFigure } from "./plotly.js";

/** A figure: what Plotly draws, and what a reader who cannot see it, or doubts it, needs. */
export interface Figure {
  /** `fig-10`: names its files. */
  readonly id: string;
  readonly title: string;
  /** What the figure shows, in words, from its own numbers: the alternative text. */
  readonly finding: string;
  /** What is plotted, what the bars are, what is missing. */
  readonly caption: string;
  /** Where each series comes from, in the order of the series. */
  readonly sources: readonly SeriesSource[];
  readonly plot: PlotlyFigure;
}

/** Where the numbers of one series come from. */
export interface SeriesSource {
  readonly series: string;
  readonly dataset: string;
  readonly runtime: string;
  /** Run folders, as the dataset names them. */
  readonly runs: readonly string[];
  /** The table and its rows or columns, or the distilled file, that holds the plotted values. */
  readonly values: string;
}
