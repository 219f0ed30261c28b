/**
 * The part of Plotly's figure schema that our figures use. A figure is plain JSON, which is written to a notebook, to
 * `results/figures/*.json` and to the report.
 */
export interface PlotlyFigure {
  readonly data: readonly PlotlyTrace[];
  readonly layout: PlotlyLayout;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One trace; null in x or y is a gap. */
export interface PlotlyTrace {
  readonly type: "scatter" | "bar";
  readonly name: string;
  readonly x: readonly (number | string | null)[];
  readonly y: readonly (number | string | null)[];
  readonly [attribute: string]: Json | undefined;
}

export interface PlotlyLayout {
  readonly width?: number;
  readonly height: number;
  /** Not for Plotly: the heights above the panels, and the headings of a table of the values, already escaped for HTML. */
  readonly meta?: {
    readonly above: { readonly title: number; readonly legend: number };
    readonly x?: string;
    readonly panels?: readonly { readonly title: string; readonly y: string }[];
  };
  readonly [attribute: string]: Json | undefined;
}

/** The part of the Plotly library that is called. */
export interface PlotlyLibrary {
  readonly toImage: (
    figure: { readonly data: unknown; readonly layout: unknown; readonly config?: unknown },
    options: { readonly format: "svg"; readonly imageDataOnly: true; readonly width: number; readonly height: number },
  ) => Promise<string>;
}
