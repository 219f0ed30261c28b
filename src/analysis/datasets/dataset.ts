import type { ArrivalsEvent, FitEvent, HostCost, IoEvent, OperationsEvent } from "../../campaign-files/index.js";
import type { ImportedRate } from "../../importers/index.js";
import type { MemorySum } from "../../logs/index.js";
import type { Problem } from "../../model/problem.js";
import type { RunInfo } from "./run-info.js";

export type { RunInfo };

/** One complete round: every client started one sandbox. Times in milliseconds. */
export interface Round {
  /** 1 for the first line of the client logs. */
  readonly round: number;
  readonly clients: number;
  readonly makespanMs: number;
  readonly startSkewMs: number;
  readonly latencyMeanMs: number;
  readonly latencyP50Ms: number;
  readonly latencyP90Ms: number;
  readonly latencyP99Ms: number;
  readonly latencyMaxMs: number;
  /** Busy and total jiffies of the whole host in the round; null if cpu.txt has no valid line for it. */
  readonly busyJiffies: number | null;
  readonly totalJiffies: number | null;
  /** The block of a fresh campaign to which the round belongs; null if there were no blocks. */
  readonly block: number | null;
}

/** One point of the time or density experiment's grid in one run. */
export interface StartCell {
  readonly run: string;
  readonly experiment: "time" | "density";
  readonly runtime: string;
  /** Background sandboxes; 0 in the time experiment. */
  readonly density: number;
  readonly concurrency: number;
  /** Complete rounds only, in order. */
  readonly rounds: readonly Round[];
  /** Number of rounds left out because a client has no valid line for them. */
  readonly partial: number;
  /**
   * Busy jiffies of each valid line of cpu.txt, in order. The CPU table uses all of these lines, even if the round is partial.
   */
  readonly busyJiffies: readonly number[];
  /**
   * Cold starts attempted and failed. Null if failures were not recorded, as in the artifact, or if a damaged line of the
   * journal makes the numbers unknown.
   */
  readonly attempted: number | null;
  readonly failed: number | null;
  /** Number of cold starts in `latencyQuantiles`. */
  readonly samples: number;
  /**
   * Mean latency in imported results, where cold starts of partial bursts count too; null without samples. Undefined for other
   * data.
   */
  readonly latencyMeanMs?: number | null;
  /** Latency at p = 0, 1 %, … 100 % (R-7) over rounds × clients of the complete rounds; empty if there are none. */
  readonly latencyQuantiles: readonly number[];
}

/** Memory of one kind of process in a memory cell: the sum over its processes, in KiB. */
export interface MemoryComponent extends MemorySum {
  readonly component: string;
}

/** Data about a memory cell that only the journal of a fresh campaign contains, for all of its sandboxes together, in KiB. */
export interface MemoryJournal {
  /**
   * PSS by part, that is, by the role of a process, such as `shim`, `vmm` or `gofer`; the same sum as by process name. Empty if
   * this part of the journal's line is damaged.
   */
  readonly parts: readonly { readonly part: string; readonly pssKiB: number }[];
  /** Null if this part of the journal's line is damaged. */
  readonly host: HostCost | null;
  /** PSS of the CRI service's own process, which belongs to no sandbox; null if the process was not found. */
  readonly enginePssKiB: number | null;
}

/** One snapshot of the memory experiment. */
export interface MemoryCell {
  readonly run: string;
  readonly runtime: string;
  /** The label in the file's name (128 for "128 MB"), not the guest's true memory. */
  readonly memoryMb: number;
  readonly density: number;
  /** The number of sandboxes that were running; equal to `density` in the recorded artifact, which did not count them. */
  readonly sandboxes: number;
  /** Empty if a line of the log could not be read, because a sum over fewer processes would make the runtime look smaller. */
  readonly components: readonly MemoryComponent[];
  /** Data from a fresh campaign's journal; undefined for other data. */
  readonly journal?: MemoryJournal;
}

/** One cell of a micro experiment in a fresh campaign (control groups or root file systems). */
export interface OperationCell {
  readonly run: string;
  readonly experiment: "cgroups" | "rootfs";
  /** The variant, as the campaign names it: `v1` (created), `v1pool` (renamed from a pool), `devmapper`, … */
  readonly variant: string;
  /** Containers whose control groups existed already; 0 for root file systems. */
  readonly density: number;
  /** Operations at once. */
  readonly concurrency: number;
  /** Number of containers in a round; each has one operation in every phase. */
  readonly count: number;
  /** In order, without warm-up rounds. */
  readonly rounds: readonly OperationRound[];
  /** The machine on which it was measured; undefined if the campaign does not record it. */
  readonly machine?: { readonly cores: number; readonly kernel: string };
}

/** One round of a micro experiment. */
export interface OperationRound extends Pick<OperationsEvent, "round" | "block" | "phases"> {
  /** The share of all processors that was busy in the idle window before the round; null without a window. */
  readonly idleBusy: number | null;
}

/** One round of I/O inside containers, by fio. */
export type IoRound = Pick<
  IoEvent,
  "run" | "runtime" | "concurrency" | "round" | "block" | "fileMiB" | "jobMs" | "jobs"
> &
  Pick<OperationCell, "machine">;

/** One window of an open loop, with the outcome of each arrival. Times in milliseconds since the window's release. */
export interface ArrivalWindow
  extends Pick<ArrivalsEvent, "run" | "runtime" | "rate" | "block" | "round" | "durationMs" | "removals"> {
  /** In the order of their scheduled times. */
  readonly starts: readonly ArrivalStart[];
  readonly flags: readonly string[];
}

/** One arrival. Its latency counts from its scheduled time. */
export interface ArrivalStart {
  readonly dueMs: number;
  /** When the request was sent, and when its end was known; for a refused arrival, its scheduled time. */
  readonly sentMs: number;
  readonly endMs: number;
  /** Whether it was admitted, and whether it ended as planned. */
  readonly sent: boolean;
  readonly ready: boolean;
}

/** One cell of a published table. */
export interface PublishedCell {
  /** `time`, `cpu`, `mem_kata`, `density_rund`, … */
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly value: number;
}

/** The measurements from one source: raw run folders, a fresh campaign, a distilled folder or imported results. */
export interface Dataset {
  /** `paper_data`, or the folder's name. Figures and verdicts use it. */
  readonly name: string;
  readonly path: string;
  readonly source: "raw" | "distilled" | "campaign" | "imported";
  readonly runs: readonly RunInfo[];
  readonly starts: readonly StartCell[];
  readonly memory: readonly MemoryCell[];
  /** Rates of tools that report no samples; undefined if there are none. */
  readonly rates?: readonly (ImportedRate & { readonly run: string })[];
  /** Cells of micro experiments; undefined if there were none. */
  readonly operations?: readonly OperationCell[];
  /** Rounds of I/O inside containers; undefined if there were none. */
  readonly io?: readonly IoRound[];
  /** Windows of open loops; undefined if there were none. */
  readonly arrivals?: readonly ArrivalWindow[];
  /** Ramps, which show how many sandboxes fit; undefined if there were none. */
  readonly fits?: readonly FitEvent[];
  readonly published: readonly PublishedCell[];
  readonly problems: readonly Problem[];
  /** Number of all problems; `problems` lists the first 1,000. */
  readonly problemCount: number;
}
