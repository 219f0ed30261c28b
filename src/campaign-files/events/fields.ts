import { z } from "zod";
import { parseRunName } from "../../logs/names.js";

/** The types of fields in events. The upper limits are far above any real value, so that they detect damage. */

/** A record whose fields are read-only at every level. */
export type Frozen<Record> = Record extends object ? { readonly [Key in keyof Record]: Frozen<Record[Key]> } : Record;

/** UTC, ISO 8601. */
export const instant = z.iso.datetime({ error: "a time such as 2026-01-31T12:00:00.000Z" });

/** A number of objects, such as sandboxes. */
export const count = z.int().min(0).max(1e9);

/** A position in an order, 1 for the first. */
export const ordinal = z.int().min(1).max(1e9);

/** A duration, or a moment relative to another, in milliseconds; at most 115 days. */
export const durationMs = z.number().min(0).max(1e10);

/** A difference in milliseconds, which may be negative. */
export const differenceMs = z.number().min(-1e10).max(1e10);

/** Milliseconds since 1970, to the year 5138. */
export const epochMs = z.number().min(0).max(1e14);

/** Memory in KiB. */
export const kib = z.int().min(0).max(1e15);

/** CPU time in clock ticks of 10 ms (jiffies). */
export const ticks = z.int().min(0).max(1e12);

const runName = z
  .string()
  .refine(name => parseRunName(name) !== undefined, { error: "a run folder's name such as time_runc_01311200" });

/** The place of an event: one point of the grid in one run folder. */
export const cellPlace = {
  run: runName,
  runtime: z.string().min(1),
  /** Background sandboxes, or in the memory experiment the sandboxes that are measured. */
  density: count,
};
