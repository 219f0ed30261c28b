import { z } from "zod";
import { experimentNames } from "../../model/experiment.js";
import { cellPlace, count, durationMs, type Frozen, instant, ordinal } from "./fields.js";

/** Events that are written when a campaign begins to measure a cell, before the first round there. */

export const slotEvent = z.strictObject({
  event: z.literal("slot"),
  at: instant,
  ...cellPlace,
  experiment: z.enum(experimentNames),
  block: ordinal,
  /** The place in the block's order. */
  position: ordinal,
  concurrency: ordinal.nullable(),
  memoryMb: count.nullable(),
});

export const prewarmEvent = z.strictObject({
  event: z.literal("prewarm"),
  at: instant,
  ...cellPlace,
  ms: durationMs,
  /** Null if the start succeeded. */
  failure: z.string().nullable(),
});

export const backgroundEvent = z.strictObject({
  event: z.literal("background"),
  at: instant,
  ...cellPlace,
  started: count,
  failed: count,
  /** Number of sandboxes that were ready afterwards, counted through the service. */
  ready: count,
  ms: durationMs,
  topUp: z.boolean(),
});

/** The campaign began to measure a cell, in one block of its order. */
export type SlotEvent = Frozen<z.infer<typeof slotEvent>>;

/** One sandbox started and removed before a cell's first round; it is in no table. */
export type PrewarmEvent = Frozen<z.infer<typeof prewarmEvent>>;

/** Background sandboxes were started or replaced. */
export type BackgroundEvent = Frozen<z.infer<typeof backgroundEvent>>;
