/** The nodes of a cluster: what each contributes to a cell, and how far its clock is ahead. */
export { type NodeClock, type NodeRow, nodeClocks, nodesCsv, nodeTable, slowRatio } from "./node-table.js";
