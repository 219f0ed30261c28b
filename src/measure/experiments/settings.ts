import type { End } from "../../model/end.js";
import type { Experiment } from "../../model/experiment.js";

/** One experiment as it will be run: everything that determines which rounds are measured, and how. */
export interface ExperimentSettings {
  readonly experiment: Experiment;
  /** Ids, in the given order. */
  readonly runtimes: readonly string[];
  /** Number of clients in a round; empty in the memory experiment. */
  readonly concurrency: readonly number[];
  /** Number of background sandboxes, or in the memory experiment of measured sandboxes; [0] in the time experiment. */
  readonly density: readonly number[];
  /** Nominal guest memory in MB; empty except in the memory experiment. */
  readonly memory: readonly number[];
  /** Rounds of each cell; in the memory experiment, repeats of the whole experiment, each from an empty machine. */
  readonly rounds: number;
  /** Rounds before a cell's first in each block; they are in the journal and in no table. */
  readonly warmup: number;
  /** Number of blocks over which the rounds are spread; each block visits every cell once. */
  readonly blocks: number;
  /** `shuffled` mixes runtimes and cells within a block; `grid` measures one cell after another, as the original did. */
  readonly order: "shuffled" | "grid";
  readonly seed: number;
  /** Seconds until a cold start times out. */
  readonly timeout: number;
  /** A shell command run before every round; null for none. */
  readonly prepare: string | null;
  /** A percentage such as `5%`: the campaign ends when its runtimes are compared at that tolerance, or after `blocks`. */
  readonly untilDecided?: string;
  /** The end of a cold start; undefined for a ready sandbox. */
  readonly until?: End;
  /** The network of the sandboxes: a network of their own, or the host's if undefined. */
  readonly network?: "node" | "pod";
  /** The image of the container in each sandbox; undefined for rund-lab's own. */
  readonly image?: string;
  /** Whether each cold start pulls the image. */
  readonly pull?: boolean;
  /** The container's command, split into words as in a shell; undefined for the image's own. */
  readonly command?: string;
  /** The container's environment, NAME=VALUE each. */
  readonly env?: readonly string[];
  /** The port that its process serves. */
  readonly port?: number;
  /** The path of an HTTP request that it answers with 2xx. */
  readonly path?: string;
  /** CPUs that it may use. */
  readonly cpu?: number;
  /** MiB of memory that it may use. */
  readonly memoryLimit?: number;
  /** Number of containers in a round of control groups, each with one operation in every phase. */
  readonly containers?: number;
  /** Length in seconds of the idle window before a round of control groups, in which the host's busy time is read. */
  readonly window?: number;
  /** Number of files in the base layer of root file systems. */
  readonly files?: number;
  /** MiB of the large file in the base layer of root file systems, of a block image, or of the file that fio reads and writes. */
  readonly large?: number;
  /** A folder on a file system with reflinks, in which block images are copied; undefined for a file system that the campaign makes. */
  readonly reflink?: string;
  /** The parent of the sandboxes' control groups, a path or a systemd slice; undefined for the campaign's own. */
  readonly cgroupParent?: string;
  /** Whether sandboxes themselves have the service's default seccomp profile. */
  readonly seccomp?: boolean;
  /** Whether standing sandboxes have a container. */
  readonly withContainer?: boolean;
  /** The distribution of an open loop's starts: `poisson`, `uniform`, or `trace:FILE`. */
  readonly arrivals?: string;
  /** Offered starts per second of an open loop; `search` finds the highest that meets the objective. */
  readonly rate?: readonly number[] | "search";
  /** A search ends when the lowest rate that fails is at most this percentage above the highest one that is held. */
  readonly resolution?: number;
  /** Seconds of a window of an open loop, or of one job of fio. */
  readonly duration?: number;
  /** Seconds that a sandbox lives before it is removed: a number, or `exponential:MEAN`. */
  readonly hold?: string;
  /** Maximum number of starts of an open loop in flight. */
  readonly inFlight?: number;
  /** Maximum number of living sandboxes of an open loop. */
  readonly alive?: number;
  /** Seconds of a trace in one second of the window. */
  readonly traceSpeed?: number;
  /** The objective for latencies, such as `p99:2s`. */
  readonly slo?: string;
  /** Number of sandboxes that each step of a ramp adds. */
  readonly step?: number;
  /** Percentage by which each step of a ramp grows the density; undefined for steps of equal size. */
  readonly growth?: number;
  /** Percentage of every limit that a ramp keeps free. */
  readonly reserve?: number;
  /** A ramp stops if the p99 of a step's cold starts is above this many seconds. */
  readonly latencyLimit?: number;
  /** A ramp stops if tasks waited for memory for more than this percentage of the last 10 s. */
  readonly pressureLimit?: number;
}

/** Settings as a user gives them; `experimentSettings` fills in the rest. */
export type ExperimentWishes = { readonly experiment: Experiment } & {
  readonly [Key in Exclude<keyof ExperimentSettings, "experiment">]?: ExperimentSettings[Key] | undefined;
};
