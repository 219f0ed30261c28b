import { inspect } from "node:util";
import type { MimeBundle } from "../../present/notebook/display.js";
import { bundleOf } from "../../present/notebook/values.js";
import { jsonOf, portable } from "./serialise.js";

/**
 * Returns a cell's value as a bundle: by the value's own method, otherwise as text.
 *
 * @throws TypeError if JSON cannot represent it
 */
export async function shown(value: unknown): Promise<MimeBundle> {
  const own = await bundleOf(value);
  if (own === undefined || own === null) return { "text/plain": inspect(value) };
  return JSON.parse(jsonOf(portable(own), "the cell's value")) as MimeBundle;
}
