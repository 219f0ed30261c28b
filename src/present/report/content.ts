import type { ComparedPair } from "../../analysis/claims/index.js";
import type { Dataset } from "../../analysis/datasets/index.js";
import type { Table, Verification } from "../../analysis/tables/index.js";
import type { Figure } from "../figures/index.js";

/** A claim as the report shows it. */
export interface ReportedClaim {
  readonly dataset: string;
  readonly id: string;
  readonly section: string;
  readonly statement: string;
  readonly verdict: string;
  /** What the verdict rests on, in a sentence: reading, measured value, interval. */
  readonly evidence: string;
  /** The wording of the claim could be checked; others stay outside the headline. */
  readonly verified: boolean;
}

export interface ReportedFigure {
  readonly figure: Figure;
  /** The still picture without its title, PNG, for print and for readers without scripts. */
  readonly png: Uint8Array;
}

/** A campaign shown beside what the report is about, in a section of its own. */
export interface Beside<Drawn> {
  readonly title: string;
  readonly intro: string;
  readonly dataset: Dataset;
  readonly figures: readonly Drawn[];
}

export interface ReportContent {
  readonly version: string;
  readonly datasets: readonly Dataset[];
  /** By dataset name. */
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  readonly verification: Verification;
  /** What the data shows, a sentence each, by dataset name. */
  readonly findings: ReadonlyMap<string, readonly string[]>;
  readonly claims: readonly ReportedClaim[];
  /** What else differs between the runtimes that claims compare, by dataset name. */
  readonly compared: ReadonlyMap<string, readonly ComparedPair[]>;
  /** How the verdicts count, a sentence per dataset. */
  readonly headlines: readonly string[];
  readonly figures: readonly ReportedFigure[];
  readonly beside: Beside<ReportedFigure> | null;
  /** Plotly's script, put into the page so that it needs no network. */
  readonly plotly: string;
}
