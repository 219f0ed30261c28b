import { z } from "zod";
import { cellPlace, count, durationMs, type Frozen, instant, ordinal } from "./fields.js";
import { cpuTicks, hostState, quietWait, watchedTicks } from "./host-state.js";

/** The steps that a container's control groups or root file system go through, in order. */
export const phaseNames = ["make", "attach", "mount", "unmount", "remove"] as const;

/** One step of `phaseNames`. */
export type PhaseName = (typeof phaseNames)[number];

const bytes = z.int().min(0).max(1e18);
const diskCost = z.strictObject({ reads: count, writes: count, readBytes: bytes, writtenBytes: bytes });

const operationPhase = z.strictObject({
  phase: z.enum(phaseNames),
  /** What an item's operation does: `mkdir`, `rename`, `prepare`, … */
  operation: z.string().min(1),
  /** From the release to the last end. */
  totalMs: durationMs,
  /**
   * Microseconds of each item's operation, in the order of the items. A program, such as mount, counts from the release:
   * it was forked before.
   */
  us: z.array(z.number().min(0).max(1e13)),
  /** Operations and bytes of the machine's disks during the phase; absent where nothing is written to disks. */
  disk: diskCost.exactOptional(),
});

export const operationsEvent = z
  .strictObject({
    event: z.literal("operations"),
    at: instant,
    run: cellPlace.run,
    /** The variant or the snapshotter. */
    runtime: cellPlace.runtime,
    /** Control groups that exist already, each with a sleeping process; 0 for root file systems. */
    density: count,
    /** Threads or requests that act at once. */
    concurrency: ordinal,
    block: ordinal,
    position: ordinal,
    /** 1 for the cell's first; warm-up rounds are counted by themselves. */
    round: ordinal,
    warmup: z.boolean(),
    /** Containers, each with one operation in every phase. */
    items: ordinal,
    phases: z.array(operationPhase),
    /** The same tasks with nothing in them: what the harness itself takes. For programs, a run of `true` for each item. */
    harness: z.strictObject({ totalMs: durationMs, medianUs: z.number().min(0).max(1e13) }),
    /** The host's CPU from the first phase's release to the last phase's end. */
    cpu: cpuTicks,
    /** The host's CPU in the window before the round, in which nothing was done. */
    idle: watchedTicks,
    quiet: quietWait,
    host: hostState,
    flags: z.array(z.enum(["not-quiet"])),
  })
  .refine(({ items, phases }) => phases.length > 0 && phases.every(({ us }) => us.length === items), {
    error: "a time for each item in every phase",
    params: { parts: ["items", "phases"] },
  });

/** One phase of a round: every item's operation, released together. */
export type OperationPhase = Frozen<z.infer<typeof operationPhase>>;

/** What the machine's disks did in a window, all together. */
export type DiskCost = Frozen<z.infer<typeof diskCost>>;

/** One round of an experiment that times single operations: control groups, or root file systems. */
export type OperationsEvent = Frozen<z.infer<typeof operationsEvent>>;
