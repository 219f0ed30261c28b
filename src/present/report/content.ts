import type { ClaimVerdict, Finding } from "../../analysis/claims/index.js";
import type { Dataset } from "../../analysis/datasets/index.js";
import type { DiskRow } from "../../analysis/stages/index.js";
import type { Table, Verification } from "../../analysis/tables/index.js";
import type { Figure } from "../figures/index.js";

export interface ReportedFigure {
  readonly figure: Figure;
  /** The still picture without its title, PNG, for print and for readers without scripts. */
  readonly png: Uint8Array;
}

/** A campaign shown beside what the report is about, in a separate section. */
export interface Beside<Drawn> {
  readonly title: string;
  readonly intro: string;
  readonly dataset: Dataset;
  readonly figures: readonly Drawn[];
}

/** What a report says, before its figures are drawn. */
export interface ReportContent<Drawn = Figure> {
  readonly version: string;
  readonly datasets: readonly Dataset[];
  /** By dataset name. */
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  readonly verification: Verification;
  /** On every claim, by dataset name. */
  readonly verdicts: ReadonlyMap<string, readonly ClaimVerdict[]>;
  /** What the data shows without being asked, by dataset name. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  readonly figures: readonly Drawn[];
  readonly beside: Beside<Drawn> | null;
  /** How often rounds waited for a disk, by dataset name; only campaigns that recorded it. */
  readonly disk: ReadonlyMap<string, readonly DiskRow[]>;
}
