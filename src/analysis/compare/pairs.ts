import { resolve } from "node:path";
import { byRuntime } from "../../model/runtimes.js";
import type { Dataset } from "../datasets/dataset.js";

/** A runtime of A, and the runtime of B that is compared with it. */
export interface RuntimePair {
  readonly a: string;
  readonly b: string;
}

/** Returns the ids of a dataset's runtimes, in the order of tables. */
export const runtimesOf = ({ runs }: Dataset): readonly string[] =>
  [...new Set(runs.map(({ runtime }) => runtime))].sort(byRuntime);

/**
 * Whether two runtimes took turns within the blocks of one campaign. Runtimes with different snapshotters ran one after the
 * other.
 */
export function measuredInTurn(a: Dataset, b: Dataset, pair: RuntimePair, experiment: string): boolean {
  if (resolve(a.path) !== resolve(b.path)) return false;
  const run = (runtime: string) => a.runs.find(each => each.runtime === runtime && each.experiment === experiment);
  const [first, second] = [run(pair.a), run(pair.b)];
  if (first === undefined || second === undefined || first.campaign === null) return false;
  return first.campaign === second.campaign && first.config.snapshotter === second.config.snapshotter;
}
