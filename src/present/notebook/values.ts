/** How a cell's last expression is shown: values that say so themselves, and danfo's frames. */
import type { ViewableFrame } from "../../analysis/frames/view.js";
import type { MimeBundle } from "./display.js";
import { tableBundle } from "./table.js";

/** The method by which a value says how it wants to be shown: it returns a bundle, or a promise of one. */
export const mimeKey = Symbol.for("rund-lab.mime");

/** A value that knows how to show itself. */
export interface Showable {
  [mimeKey](): MimeBundle | Promise<MimeBundle>;
}

/**
 * How a value shows itself: by its own method, as a table if it is a danfo frame or series, else not at all.
 *
 * @returns undefined for a value that is best shown as text
 */
export async function bundleOf(value: unknown): Promise<MimeBundle | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const own = (value as Partial<Showable>)[mimeKey];
  if (typeof own === "function") return own.call(value as Showable);
  return isFrame(value) ? tableBundle(value) : undefined;
}

/** Recognises a frame by its shape, since it may be any copy of danfo's. */
function isFrame(value: object): value is ViewableFrame {
  const frame = value as Partial<ViewableFrame>;
  return typeof frame.$isSeries === "boolean" && Array.isArray(frame.columns) && Array.isArray(frame.index);
}
