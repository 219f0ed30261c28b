import { z } from "zod";
import type { Frozen } from "../campaign-files/events/fields.js";

/** The schema of a `Definition`. */
export const definition = z.strictObject({
  /** The tool's name for people. */
  tool: z.string().min(1),
  /** The events that start and stop the clock. */
  from: z.string(),
  to: z.string(),
  /** The resolution of the source's numbers, in ms (in KiB for memory); null if it does not state it. */
  resolution: z.number().nullable(),
  /** Data that our own campaigns have and this source lacks. */
  lacks: z.array(z.string()),
  /** Other caveats, such as a fixed sleep that every value contains; null for none. */
  note: z.string().nullable(),
});

/** The meaning of a tool's latencies: the first and the last event, the resolution, and the data that its results lack. */
export type Definition = Frozen<z.infer<typeof definition>>;
