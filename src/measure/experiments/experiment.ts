import type { CampaignEvent } from "../../campaign-files/events.js";
import type { Experiment } from "../../model/experiment.js";
import type { OpenLoopLimits } from "../arrivals/open-loop.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { Slot } from "./cell.js";
import type { CostKnowledge, VisitCost } from "./cost.js";
import type { SettingName } from "./setting-rules.js";
import type { ExperimentSettings } from "./settings.js";
import type { CellSummary } from "./summary.js";
import type { Visit, VisitTools } from "./visit.js";

/**
 * The declaration of one experiment: settings, cells, cost, run folders, and the measurement of one visit to a cell. Settings,
 * plans, campaigns, summaries and the command line use only this. A new experiment is a folder beside `time/` and an entry in
 * `experimentTable`.
 */
export interface ExperimentDeclaration {
  readonly id: Experiment;
  /** A noun for its result, in the help text: "cold starts on top of running sandboxes". */
  readonly measures: string;
  /** The axes of its grid besides the runtime, in the order of a table's columns. */
  readonly axes: readonly ("memory" | "density" | "concurrency" | "rate")[];
  /** The smallest density of its grid; undefined for 0. */
  readonly leastDensity?: number;
  /** The things that it compares instead of runtimes, such as snapshotters; undefined for runtimes. */
  readonly subjects?: Subjects;
  /** The settings that it has besides its axes and the shared ones. */
  readonly takes: readonly SettingName[];
  /** The defaults of its own settings. */
  readonly usual: Pick<ExperimentSettings, "rounds"> & Partial<ExperimentSettings>;
  /**
   * Makes sure that its settings are consistent.
   *
   * @throws LabError of kind `usage`
   */
  check?(settings: ExperimentSettings): void;
  /** Whether every round is a repeat from an empty machine, with its own block and run folder. */
  readonly repeats?: boolean;
  /** Whether rounds run on top of background sandboxes, which neighbouring cells of one runtime and density share. */
  readonly onBackground?: boolean;
  /**
   * Estimates the cost of one visit.
   *
   * @param before the visit before this one; undefined for the first
   * @param room number of sandboxes for which the machine has room; null if unknown
   */
  cost(
    slot: Slot,
    settings: ExperimentSettings,
    knowledge: CostKnowledge,
    before: Slot | undefined,
    room: number | null,
  ): VisitCost;
  /**
   * Returns the limits of an open loop on starts in flight and living sandboxes.
   *
   * @param room as for `cost`
   */
  limits?(settings: ExperimentSettings, room: number | null): OpenLoopLimits;
  /** Measures the missing rounds of a visit; each is on disk before the next begins. */
  visit(visit: Visit, tools: VisitTools): Promise<void>;
  /** Returns the measured round of an event; null for any other event. */
  measured(event: CampaignEvent): DoneRound | null;
  /** Returns the cells of its run folders from the journal, in any order. */
  summarise(events: readonly CampaignEvent[]): readonly CellSummary[];
}

/** The things that an experiment compares instead of runtimes. They replace the runtimes in plans, run folders and tables. */
interface Subjects {
  /** In messages: "variant". */
  readonly name: string;
  readonly all: readonly RuntimeDeclaration[];
  /** Whether the subjects with these ids need no CRI service. */
  withoutService(ids: readonly string[]): boolean;
  /** Returns the ids that can be measured on this machine, or with the service at an endpoint; they are the default. */
  here(endpoint: string): Promise<readonly string[]>;
}

/** One measured round of a cell, or one snapshot. A coordinate that is null means the same as one that is missing. */
export interface DoneRound {
  readonly run: string;
  readonly density: number;
  readonly concurrency?: number | null;
  readonly memoryMb?: number | null;
  readonly rate?: number | null | undefined;
  /** In an experiment of repeats, the block. */
  readonly round: number;
}
