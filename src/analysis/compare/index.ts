/** Compares two campaigns, or two runtimes of one, cell by cell; and plans the number of rounds that such a comparison needs. */
export { type CellPlace, type Metric, placeKey } from "./cells.js";
export { type CompareOptions, type Comparison, compare, stoppedBy } from "./compare.js";
export type { Comparative, Side } from "./contrast.js";
export { allDecided, type RoundSoFar, type SequentialPlan } from "./decided.js";
export { type DetectableCell, type Detection, type PlannedComparison, roundsToDetect } from "./detection.js";
export type { ComparedCell } from "./family.js";
export { type CellHistory, type History, type HistoryChange, type HistoryOptions, history } from "./history.js";
export { type RuntimePair, runtimesOf } from "./pairs.js";
