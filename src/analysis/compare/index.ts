/** Two campaigns, or two runtimes of one, compared cell by cell. */
export { type CellPlace, type Metric, placeKey } from "./cells.js";
export {
  type ComparedCell,
  type CompareOptions,
  type Comparison,
  compare,
  type RuntimePair,
  runtimesOf,
  stoppedBy,
} from "./compare.js";
export type { Comparative, Side } from "./contrast.js";
export { allDecided, type RoundSoFar, type SequentialPlan } from "./decided.js";
