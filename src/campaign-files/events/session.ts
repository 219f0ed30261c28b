import { z } from "zod";
import { count, durationMs, type Frozen, instant } from "./fields.js";

/** Events of a process that works on a campaign: its start, a clean-up outside a round, its end. */

export const sessionEvent = z.strictObject({
  event: z.literal("session"),
  at: instant,
  resumed: z.boolean(),
  pid: z
    .int()
    .min(1)
    .max(2 ** 22),
  bootId: z.string(),
  /** Number of sandboxes of an earlier session that still existed and were removed. */
  leftovers: count,
  /**
   * Number of other sandboxes that the service listed although the list was filtered by the campaign's label; absent in older
   * campaigns.
   */
  foreign: count.exactOptional(),
});

export const cleanupEvent = z.strictObject({
  event: z.literal("cleanup"),
  at: instant,
  removed: count,
  ms: durationMs,
});

export const endEvent = z.strictObject({
  event: z.literal("end"),
  at: instant,
  status: z.enum(["complete", "interrupted", "failed"]),
  why: z.string().nullable(),
});

/** A process began to work on the campaign, for the first time or to resume it. */
export type SessionEvent = Frozen<z.infer<typeof sessionEvent>>;

/** A clean-up outside a round: before a session's first round, after an interruption, or when background sandboxes are removed. */
export type CleanupEvent = Frozen<z.infer<typeof cleanupEvent>>;

/** The end of a campaign's session. A session that was killed has no such event. */
export type EndEvent = Frozen<z.infer<typeof endEvent>>;
