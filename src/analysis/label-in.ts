import { runtimeLabel } from "../model/runtimes.js";
import type { Dataset } from "./datasets/dataset.js";

/**
 * Returns a runtime's label: the one that the dataset's runs recorded (from a runtime file), otherwise that of the known runtime,
 * otherwise the id.
 *
 * @example labelIn({ runs: [] }, "katafc") // "Kata-FC"
 */
export const labelIn = (
  { runs }: { readonly runs: readonly Pick<Dataset["runs"][number], "runtime" | "label">[] },
  runtime: string,
): string => runs.find(run => run.runtime === runtime && run.label !== undefined)?.label ?? runtimeLabel(runtime);
