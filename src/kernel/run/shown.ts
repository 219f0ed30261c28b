import { inspect } from "node:util";
import type { MimeBundle } from "../../present/notebook/display.js";
import { bundleOf } from "../../present/notebook/values.js";
import { jsonOf, portable } from "./serialise.js";

/**
 * Returns a cell's value as it is shown: as it shows itself, else as text.
 *
 * @throws TypeError if JSON cannot carry what it shows
 */
export async function shown(value: unknown): Promise<MimeBundle> {
  const own = await bundleOf(value);
  if (own === undefined) return { "text/plain": inspect(value) };
  return JSON.parse(jsonOf(portable(own), "the cell's value")) as MimeBundle;
}
