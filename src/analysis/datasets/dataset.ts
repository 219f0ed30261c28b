import type { ArrivalRemoval, FitEvent, HostCost, IoEvent, OperationPhase } from "../../campaign-files/index.js";
import type { Definition, ImportedRate } from "../../importers/index.js";
import type { SoftwareVersions } from "../../logs/index.js";
import type { Experiment } from "../../model/experiment.js";
import type { Problem } from "../../model/problem.js";

/** One run folder's circumstances: what differs between two runs is a confound of their comparison. */
export interface RunInfo {
  /** The run folder's name, `time_kata_12252108`. */
  readonly run: string;
  /** The fresh campaign it is part of, by folder name; null for the original's runs. */
  readonly campaign: string | null;
  readonly experiment: Experiment;
  readonly runtime: string;
  /** The runtime's name for people, where the run recorded one. */
  readonly label?: string;
  /** Month, day, hour and minute as in the folder's name, `12252108`; the logs' own times carry the year. */
  readonly recorded: string;
  /** When its campaign began, as ISO 8601 in UTC; left out where nothing recorded it. */
  readonly startedAt?: string;
  readonly versions: SoftwareVersions;
  /** The runtime handler that the sandboxes asked for; left out where nothing recorded it. */
  readonly handler?: string;
  /** The OCI runtime under the handler and its version, `crun 1.8.1`; left out where nothing recorded it. */
  readonly ociRuntime?: string;
  /** The blocks by which the campaign would have ended, where it was measured until its comparison was decided. */
  readonly lastBlock?: number;
  /** Which repeat of the memory experiment the run is, 1 for the first; left out where runs are not repeated. */
  readonly repeat?: number;
  /** Whether sandboxes started from a template; null where the run does not say. */
  readonly template: boolean | null;
  /** Effective values that matter for a comparison: snapshotter, defaultMemoryMb, guestMemoryExtraMb, sharedFs, … */
  readonly config: Readonly<Record<string, string | number | boolean | null>>;
  /** How cold starts were made: `crictl` (the original's shell loop), `cri`, … */
  readonly driver: string | null;
  /** The machine for people, such as `AMD EPYC, 2 cores`; left out where nothing recorded it. */
  readonly machine?: string;
  /** A name for the machine, equal for runs on the same one; null where nothing recorded it. */
  readonly host: string | null;
  /** Facts about that machine that change on it, such as its governor; left out where nothing recorded them. */
  readonly hostFacts?: Readonly<Record<string, string>>;
  /** Handed out by the replay server, not measured. */
  readonly replayed: boolean;
  /** What another tool's latencies count, from where to where; left out for cold starts of our own. */
  readonly definition?: Definition;
}

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
  /** Busy and total jiffies of the whole host in the round; null where cpu.txt has no valid line for it. */
  readonly busyJiffies: number | null;
  readonly totalJiffies: number | null;
  /** The block of a fresh campaign that the round was measured in; null where rounds ran in one go. */
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
  /** Rounds left out because some client has no valid line for them. */
  readonly partial: number;
  /** Busy jiffies of every valid line of cpu.txt, in order: the CPU table uses lines, even of partial rounds. */
  readonly busyJiffies: readonly number[];
  /**
   * Cold starts attempted and failed. Null where nothing recorded failures, as in the artifact, and where a damaged line of the
   * journal makes the count unknown.
   */
  readonly attempted: number | null;
  readonly failed: number | null;
  /** Cold starts behind `latencyQuantiles`. */
  readonly samples: number;
  /** Their mean, in imported results, whose partial bursts count here too; null without samples. Left out elsewhere. */
  readonly latencyMeanMs?: number | null;
  /** Latency at p = 0, 1 %, … 100 % (R-7) over rounds × clients of the complete rounds; empty if there are none. */
  readonly latencyQuantiles: readonly number[];
}

/** Memory of one kind of process in a memory cell, summed over its processes, in KiB. */
export interface MemoryComponent {
  readonly component: string;
  readonly processes: number;
  readonly ussKiB: number;
  readonly pssKiB: number;
  readonly rssKiB: number;
  readonly vssKiB: number;
}

/** What the journal of a fresh campaign adds to a memory cell: of all its sandboxes together, in KiB. */
export interface MemoryJournal {
  /**
   * PSS by the part that processes play, such as `shim`, `vmm` or `gofer`: the same sum as by their names. Empty where the
   * journal's line is damaged there.
   */
  readonly parts: readonly { readonly part: string; readonly pssKiB: number }[];
  /** Null where the journal's line is damaged there. */
  readonly host: HostCost | null;
  /** PSS of the CRI service's own process, which is no sandbox's; null where it was not found. */
  readonly enginePssKiB: number | null;
}

/** One snapshot of the memory experiment. */
export interface MemoryCell {
  readonly run: string;
  readonly runtime: string;
  /** The label on the folder (128 for "128 MB"), not the true guest memory. */
  readonly memoryMb: number;
  readonly density: number;
  /** The sandboxes that were there; equals `density` in the recorded artifact, which counted none. */
  readonly sandboxes: number;
  /** Empty where the log held a line that could not be read: a sum over fewer processes would flatter. */
  readonly components: readonly MemoryComponent[];
  /** What only a fresh campaign's journal knows of it; left out elsewhere. */
  readonly journal?: MemoryJournal;
}

/** One cell of a micro experiment in a fresh campaign: control groups, or root file systems. */
export interface OperationCell {
  readonly run: string;
  readonly experiment: "cgroups" | "rootfs";
  /** What was done, as the campaign names it: `v1` (created), `v1pool` (renamed from a pool), `devmapper`, … */
  readonly variant: string;
  /** Containers whose control groups existed already; 0 for root file systems. */
  readonly density: number;
  /** Operations at once. */
  readonly concurrency: number;
  /** Containers of a round, each with one operation in every phase. */
  readonly count: number;
  /** In order, without warm-up rounds. */
  readonly rounds: readonly OperationRound[];
  /** The machine that it was measured on; left out where the campaign does not say. */
  readonly machine?: { readonly cores: number; readonly kernel: string };
}

/** One round of a micro experiment. */
export interface OperationRound {
  /** 1 for the first. */
  readonly round: number;
  readonly block: number;
  /** In the order of the phases: the time of every container's operation, and of all of them. */
  readonly phases: readonly OperationPhase[];
  /** The share of all processors that was busy in the window before the round, when nothing was done; null without one. */
  readonly idleBusy: number | null;
}

/** One round of I/O inside containers, by fio. */
export type IoRound = Pick<
  IoEvent,
  "run" | "runtime" | "concurrency" | "round" | "block" | "fileMiB" | "jobMs" | "jobs"
> &
  Pick<OperationCell, "machine">;

/** One window of an open loop: what became of every arrival. Milliseconds since the window's release. */
export interface ArrivalWindow {
  readonly run: string;
  readonly runtime: string;
  /** Offered starts per second; null for a trace at its own rate. */
  readonly rate: number | null;
  readonly block: number;
  readonly round: number;
  readonly durationMs: number;
  /** In the order in which they were due. */
  readonly starts: readonly ArrivalStart[];
  readonly removals: readonly ArrivalRemoval[];
  readonly flags: readonly string[];
}

/** One arrival. Its latency counts from the moment that it was due. */
export interface ArrivalStart {
  readonly dueMs: number;
  /** When the request left, and when its end was known; of a refused arrival, the moment that it was due. */
  readonly sentMs: number;
  readonly endMs: number;
  /** Whether it was admitted, and whether it ended as it should. */
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

/** What was measured, whatever it was read from: raw run folders, a fresh campaign, or a distilled folder. */
export interface Dataset {
  /** `paper_data`, or the folder's name. Figures and verdicts name it. */
  readonly name: string;
  readonly path: string;
  readonly source: "raw" | "distilled" | "campaign" | "imported";
  readonly runs: readonly RunInfo[];
  readonly starts: readonly StartCell[];
  readonly memory: readonly MemoryCell[];
  /** Rates of tools that report no samples; left out if there are none. */
  readonly rates?: readonly (ImportedRate & { readonly run: string })[];
  /** What the micro experiments measured; left out where there were none. */
  readonly operations?: readonly OperationCell[];
  /** Rounds of I/O inside containers; left out where there were none. */
  readonly io?: readonly IoRound[];
  /** Windows of an open loop; left out where there were none. */
  readonly arrivals?: readonly ArrivalWindow[];
  /** Ramps that asked how many sandboxes fit; left out where there were none. */
  readonly fits?: readonly FitEvent[];
  readonly published: readonly PublishedCell[];
  readonly problems: readonly Problem[];
  /** Problems found; `problems` lists the first 1,000. */
  readonly problemCount: number;
}
