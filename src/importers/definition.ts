import { z } from "zod";
import type { Frozen } from "../campaign-files/events/fields.js";

export const definition = z.strictObject({
  /** The tool's name for people. */
  tool: z.string().min(1),
  /** What starts the clock, and what stops it. */
  from: z.string(),
  to: z.string(),
  /** The resolution of the source's numbers, in ms (in KiB for memory); null if it does not state it. */
  resolution: z.number().nullable(),
  /** What this source lacks compared with our own campaigns. */
  lacks: z.array(z.string()),
  /** Other caveats, such as a fixed sleep that every value contains; null for none. */
  note: z.string().nullable(),
});

/** What a tool's latencies measure: from which event to which, with which resolution, and what its results lack. */
export type Definition = Frozen<z.infer<typeof definition>>;
