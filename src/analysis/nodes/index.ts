/** The nodes of a cluster: what each contributes to a cell, how far its clock is ahead, and their campaigns as one. */
export {
  asOneCampaign,
  differencesBetween,
  memoryByNode,
  type NodeMemory,
  nodeMemoryCsv,
} from "./as-one-campaign.js";
export { type NodeClock, type NodeRow, nodeClocks, nodesCsv, nodeTable, slowRatio } from "./node-table.js";
