import { z } from "zod";
import { cellPlace, count, durationMs, type Frozen, instant, ordinal } from "./fields.js";
import { cpuTicks, hostState, quietWait, watchedTicks } from "./host-state.js";

/** The phases of a container's control groups or root file system, in order. */
export const phaseNames = ["make", "attach", "mount", "unmount", "remove"] as const;

/** The name of a phase. */
export type PhaseName = (typeof phaseNames)[number];

const bytes = z.int().min(0).max(1e18);
const diskCost = z.strictObject({ reads: count, writes: count, readBytes: bytes, writtenBytes: bytes });

const operationPhase = z.strictObject({
  phase: z.enum(phaseNames),
  /** The operation of an item: `mkdir`, `rename`, `prepare`, … */
  operation: z.string().min(1),
  /** From the release to the last end. */
  totalMs: durationMs,
  /**
   * Microseconds of each item's operation, in the order of the items. The time of a program, such as mount, counts from the
   * release, because it was forked before.
   */
  us: z.array(z.number().min(0).max(1e13)),
  /** Operations and bytes of the machine's disks during the phase; absent if nothing is written to disks. */
  disk: diskCost.exactOptional(),
});

export const operationsEvent = z
  .strictObject({
    event: z.literal("operations"),
    at: instant,
    run: cellPlace.run,
    /** The variant or the snapshotter. */
    runtime: cellPlace.runtime,
    /** Number of containers whose control groups exist already, each with a sleeping process; 0 for root file systems. */
    density: count,
    /** Number of threads or requests that run at once. */
    concurrency: ordinal,
    block: ordinal,
    position: ordinal,
    /** 1 for the cell's first; warm-up rounds are numbered separately. */
    round: ordinal,
    warmup: z.boolean(),
    /** Number of containers, each with one operation in every phase. */
    items: ordinal,
    phases: z.array(operationPhase),
    /**
     * The time of the same tasks without the operation, that is, of the harness itself. For programs, a run of `true` for each
     * item.
     */
    harness: z.strictObject({ totalMs: durationMs, medianUs: z.number().min(0).max(1e13) }),
    /** The host's CPU from the first phase's release to the last phase's end. */
    cpu: cpuTicks,
    /** The host's CPU in the idle window before the round. */
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

/** Operations and bytes of all the machine's disks together, in a window. */
export type DiskCost = Frozen<z.infer<typeof diskCost>>;

/** One round of an experiment that times single operations: control groups or root file systems. */
export type OperationsEvent = Frozen<z.infer<typeof operationsEvent>>;
