import type { CpuTicks, HostState } from "./host-state.js";

/** The steps that a container's control groups or root file system go through, in order. */
export const phaseNames = ["make", "attach", "mount", "unmount", "remove"] as const;

export type PhaseName = (typeof phaseNames)[number];

/** One phase of a round: every item's operation, released together. */
export interface OperationPhase {
  readonly phase: PhaseName;
  /** What an item's operation does: `mkdir`, `rename`, `prepare`, … */
  readonly operation: string;
  /** From the release to the last end. */
  readonly totalMs: number;
  /**
   * Microseconds of each item's operation, in the order of the items. A program, such as mount, counts from the release:
   * it was forked before.
   */
  readonly us: readonly number[];
  /** Operations and bytes of the machine's disks during the phase; left out where nothing is written to disks. */
  readonly disk?: DiskCost;
}

/** What the machine's disks did in a window, all together. */
export interface DiskCost {
  readonly reads: number;
  readonly writes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** What makes a round of operations less trustworthy. */
export type OperationFlag = "not-quiet";

/** One round of an experiment that times single operations: control groups, or root file systems. */
export interface OperationsEvent {
  readonly event: "operations";
  readonly at: string;
  readonly run: string;
  /** The variant or the snapshotter. */
  readonly runtime: string;
  /** Control groups that are there already, each with a sleeping process; 0 for root file systems. */
  readonly density: number;
  /** Threads or requests that act at once. */
  readonly concurrency: number;
  readonly block: number;
  readonly position: number;
  /** 1 for the cell's first; warm-up rounds are counted by themselves. */
  readonly round: number;
  readonly warmup: boolean;
  /** Containers, each with one operation in every phase. */
  readonly items: number;
  readonly phases: readonly OperationPhase[];
  /** The same tasks with nothing in them: what the harness itself takes. For programs, a run of `true` for each item. */
  readonly harness: { readonly totalMs: number; readonly medianUs: number };
  /** The host's CPU from the first phase's release to the last phase's end. */
  readonly cpu: CpuTicks;
  /** The host's CPU in the window before the round, in which nothing was done. */
  readonly idle: CpuTicks & { readonly ms: number };
  readonly quiet: { readonly ms: number; readonly reached: boolean };
  readonly host: HostState;
  readonly flags: readonly OperationFlag[];
}

/** The first line of `operations.csv`. */
export const operationsHeader = `run,runtime,density,concurrency,block,round,warmup,item,${phaseNames.map(name => `${name}_ms`).join(",")}\n`;

/** A round's items as lines of `operations.csv`: a row each, empty for a phase that the experiment does not have. */
export function formatOperations(round: OperationsEvent): string {
  const { run, runtime, density, concurrency, block, warmup, items } = round;
  const phases = phaseNames.map(name => round.phases.find(({ phase }) => phase === name));
  return Array.from({ length: items }, (_, item) => {
    const place = [run, runtime, density, concurrency, block, round.round, warmup ? 1 : 0, item + 1];
    const times = phases.map(phase => (phase === undefined ? "" : (phase.us[item]! / 1000).toFixed(3)));
    return `${[...place, ...times].join(",")}\n`;
  }).join("");
}
