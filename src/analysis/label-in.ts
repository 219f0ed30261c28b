import { runtimeLabel } from "../model/runtimes.js";
import type { Dataset } from "./datasets/dataset.js";

/**
 * Returns a runtime's name for people: the label that the dataset's runs recorded, as a runtime file gives one, else the known
 * runtimes' name, else the id.
 *
 * @example labelIn({ runs: [] }, "katafc") // "Kata-FC"
 */
export const labelIn = (
  { runs }: { readonly runs: readonly Pick<Dataset["runs"][number], "runtime" | "label">[] },
  runtime: string,
): string => runs.find(run => run.runtime === runtime && run.label !== undefined)?.label ?? runtimeLabel(runtime);
