import { type RuntimeColour, runtimeColour, runtimeLabel } from "../model/runtimes.js";
import type { RunInfo } from "./datasets/dataset.js";

/**
 * Returns a runtime's label: the one that the dataset's runs recorded from its declaration, otherwise that of the known runtime,
 * otherwise the id.
 *
 * @example labelIn({ runs: [] }, "katafc") // "Kata-FC"
 */
export const labelIn = (
  { runs }: { readonly runs: readonly Pick<RunInfo, "runtime" | "label">[] },
  runtime: string,
): string => runs.find(run => run.runtime === runtime && run.label !== undefined)?.label ?? runtimeLabel(runtime);

/**
 * Returns a runtime's colour: the one that the dataset's runs recorded from its declaration, otherwise that of the known runtime;
 * null if there is neither.
 *
 * @example colourIn({ runs: [] }, "rund") // "navy"
 */
export const colourIn = (
  { runs }: { readonly runs: readonly Pick<RunInfo, "runtime" | "colour">[] },
  runtime: string,
): RuntimeColour | null =>
  runs.find(run => run.runtime === runtime && run.colour !== undefined)?.colour ?? runtimeColour(runtime);
