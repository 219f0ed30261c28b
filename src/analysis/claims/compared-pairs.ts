import { runtimeLabel } from "../../model/runtimes.js";
import { type Confound, mergeConfounds } from "../confounds.js";
import type { SourceRun } from "./quantities/measured-reading.js";
import type { ClaimVerdict } from "./verdicts/claim-verdict.js";

/** Two runtimes that claims compare, by their labels, and the other differences between their runs. */
export interface ComparedPair {
  readonly a: string;
  readonly b: string;
  readonly confounds: readonly Confound[];
}

/**
 * Returns the pairs of runtimes that the deciding readings of claims compare, each pair once, with the confounds of all its
 * readings. A runtime from another dataset is named with that dataset: "Kata-FC of paper_data".
 *
 * @param verdicts the verdicts on one dataset
 */
export function comparedPairs(verdicts: readonly ClaimVerdict[]): readonly ComparedPair[] {
  const pairs = new Map<string, ComparedPair>();
  for (const { dataset, readings } of verdicts) {
    for (const { primary, sources, confounds } of readings) {
      if (!primary || confounds.length === 0) continue;
      const [a = "", b = ""] = sources.map(source => labelOf(source, dataset));
      const key = JSON.stringify([a, b]);
      pairs.set(key, { a, b, confounds: mergeConfounds([pairs.get(key)?.confounds ?? [], confounds]) });
    }
  }
  return [...pairs.values()];
}

const labelOf = ({ dataset, runtime }: SourceRun, judged: string): string =>
  dataset === judged ? runtimeLabel(runtime) : `${runtimeLabel(runtime)} of ${dataset}`;
