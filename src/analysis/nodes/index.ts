/** The nodes of a cluster: each node's cold starts in a cell, and how far its clock is ahead. */
export { type NodeClock, type NodeRow, nodeClocks, nodesCsv, nodeTable, slowRatio } from "./node-table.js";
