/** The nodes of a cluster: their shares of a cell, the bounds of their clocks, and their campaigns as one. */
export {
  asOneCampaign,
  differencesBetween,
  memoryByNode,
  type NodeMemory,
  nodeMemoryCsv,
} from "./as-one-campaign.js";
export { type NodeClock, type NodeRow, nodeClocks, nodesCsv, nodeTable, slowRatio } from "./node-table.js";
