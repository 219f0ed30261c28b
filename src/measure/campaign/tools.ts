import type { RoundEvent } from "../../campaign-files/events.js";
import type { ManifestRun } from "../../campaign-files/manifest.js";
import type { Cell } from "../experiments/cell.js";
import type { ExperimentSettings } from "../experiments/settings.js";
import type { VisitTools } from "../experiments/visit.js";
import type { WorkloadSettings } from "../experiments/workload.js";
import type { RoundTools } from "../round/observe.js";
import type { Preparation } from "./preparation.js";

/** The tools of a campaign. Everything that it does outside the program goes through them. */
export interface CampaignTools
  extends RoundTools,
    Pick<VisitTools, "memory" | "headroom" | "micro" | "runCommand" | "holds"> {
  readonly preparation: Preparation;
  /** Describes an experiment's workload for the manifest. @throws LabError if the service cannot start it */
  workloadFacts(settings: WorkloadSettings): Promise<ManifestRun["config"]>;
  /**
   * Makes the program compile the code of cold starts before they are measured; undefined if compiling would not delay a cold
   * start.
   */
  readonly warmUp?: () => Promise<void>;
  report(progress: CampaignProgress): void;
  /** Reports something to the user that does not stop the campaign. */
  warn(message: string): void;
  /**
   * Ends the shim of a sandbox that will be removed, if the shim is stopped.
   *
   * @returns its pid; undefined if none is stopped
   */
  readonly endStoppedShim?: (id: string) => number | undefined;
  /**
   * Removes what cancelled or killed starts left on the machine. Called only when no sandbox of the campaign is left.
   *
   * @returns the number of removed items
   */
  readonly clearOrphans?: () => Promise<number>;
  /** Removes what the campaign has made in addition to sandboxes; called at its end, however it ends. */
  close?(): Promise<void>;
  readonly decided: Decided;
}

/**
 * Whether the rounds of an experiment's complete blocks decide its comparison, for `untilDecided`. The caller passes it in,
 * because `measure/` does not import statistics.
 */
export type Decided = (settings: ExperimentSettings, rounds: readonly RoundEvent[]) => boolean;

/** Judges the rates of a search; see `Decided`. */
export type Holds = VisitTools["holds"];

/** The position of a campaign in its plan. */
export interface CampaignProgress extends Omit<Cell, "rate"> {
  readonly experiment: string;
  /** The current activity: `round 3`, `background`, `snapshot`. */
  readonly doing: string;
  /** Number of rounds and snapshots that are done. */
  readonly done: number;
  /** Number of rounds in the campaign. */
  readonly of: number;
}
