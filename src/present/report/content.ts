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

/** Our own campaign, which has a separate section. */
export interface OwnCampaign<Drawn> {
  readonly title: string;
  readonly intro: string;
  readonly dataset: Dataset;
  readonly figures: readonly Drawn[];
}

/** The content of a report, before its figures are drawn. */
export interface ReportContent<Drawn = Figure> {
  readonly version: string;
  readonly datasets: readonly Dataset[];
  /** By dataset name. */
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  readonly verification: Verification;
  /** The verdicts on all claims, by dataset name. */
  readonly verdicts: ReadonlyMap<string, readonly ClaimVerdict[]>;
  /** The patterns that no claim mentions, by dataset name. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  readonly figures: readonly Drawn[];
  readonly own: OwnCampaign<Drawn> | null;
  /** The rounds that waited for a disk, by dataset name; empty for datasets that do not record it. */
  readonly disk: ReadonlyMap<string, readonly DiskRow[]>;
}
