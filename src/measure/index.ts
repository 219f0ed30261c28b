/** Measuring: plans, campaigns, the CRI clients that they use, and readings of the host. */

export { type ClearedCampaign, clearKilled } from "./campaign/clear-killed.js";
export { measureCampaign, resumeCampaign } from "./campaign/measure.js";
export type { MeasureOptions } from "./campaign/options.js";
export { type RecordedDeath, recordedDeaths } from "./campaign/recorded-deaths.js";
export {
  absentService,
  knownContainerd,
  openService,
  requireHandlers,
  type Service,
} from "./campaign/service/service.js";
export type { CampaignProgress, Decided, Holds } from "./campaign/tools.js";
export { workloadFacts } from "./campaign/workload-facts.js";
export * from "./changes/index.js";
export { socketPath } from "./cri/grpc/grpc.js";
export * from "./cri/index.js";
export type { ExperimentDeclaration } from "./experiments/experiment.js";
export { experimentTable, summariseCells } from "./experiments/index.js";
export { type SettingName, type SettingRule, settingNames, settingRules } from "./experiments/setting-rules.js";
export type { ExperimentSettings, ExperimentWishes } from "./experiments/settings.js";
export type { CellSummary } from "./experiments/summary.js";
export type { MemoryTools } from "./experiments/visit.js";
export { type Fingerprint, readFingerprint } from "./host/fingerprint.js";
export { type MachineLimits, readLimits } from "./host/limits.js";
export { listenerOf } from "./host/listener.js";
export { type MemorySnapshot, readSandboxMemory } from "./host/memory-snapshot.js";
export { openCluster, podRoom, requireNodes, requireRuntimeClasses } from "./kubernetes/cluster.js";
export { readNodeUsage } from "./kubernetes/node-usage.js";
export { nodeConfounds } from "./kubernetes/nodes.js";
export { type ClusterService, type ClusterSettings, runtimesOf } from "./kubernetes/service.js";
export { readCampaignFile } from "./plan/campaign-file.js";
export { makePlan, type Plan, type PlanKnowledge, type PlannedExperiment } from "./plan/plan.js";
export {
  type CampaignSettings,
  experimentSettings,
  fromCustom,
  settingsDigest,
  toCustom,
} from "./plan/settings.js";
export { readManifest } from "./record/campaign-folder.js";
export { replayTiming, type Timing, usualTiming } from "./round/timing.js";
export * from "./runtimes/index.js";
export { listOwn } from "./sandboxes/removal.js";
