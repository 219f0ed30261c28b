/** Two campaigns set against each other, cell by cell. */
export { type CellPlace, type Metric, placeKey } from "./cells.js";
export { type ComparedCell, type CompareOptions, type Comparison, compare, stoppedBy } from "./compare.js";
export type { Comparative, Side } from "./contrast.js";
