/** The stages of a cold start, from the journal of a campaign. */
export { besideNode, type ClusterShare, clusterShares } from "./beside-node.js";
export { readRounds, readRoundsAndWindows } from "./campaign-rounds.js";
export { type DiskRow, diskCsv, diskTable } from "./disk-table.js";
export {
  type LatencyRow,
  latencyCsv,
  latencyRows,
  latencyTable,
  type RemovalRow,
  removalTable,
} from "./latency-table.js";
export { sandboxAgreement, sandboxStage } from "./sandbox-agreement.js";
export { type StageRow, stageTable } from "./stage-table.js";
export { type Stage, stagesOf, unattributed } from "./stages.js";
export { type Trace, type TraceEvent, traceOf } from "./trace-events.js";
