/** Measuring: plans, campaigns, the CRI clients under them and the host's own account. */

export { socketPath } from "./cri/grpc.js";
export * from "./cri/index.js";
export * from "./environment/index.js";
export { readCampaignFile } from "./experiments/campaign-file.js";
export { readManifest } from "./experiments/campaign-folder.js";
export { listOwn } from "./experiments/cleanup.js";
export { stepsFor } from "./experiments/environment.js";
export { type MeasureOptions, measureCampaign, resumeCampaign } from "./experiments/measure.js";
export { makePlan, type Plan, type PlanKnowledge } from "./experiments/plan.js";
export { replayTiming, type Timing, usualTiming } from "./experiments/quiet.js";
export { knownContainerd, openService, requireHandlers, type Service } from "./experiments/service.js";
export {
  type CampaignSettings,
  type ExperimentSettings,
  type ExperimentWishes,
  experimentKinds,
  experimentSettings,
  fromCustom,
  settingsDigest,
  toCustom,
} from "./experiments/settings.js";
export { type CellSummary, summariseCells } from "./experiments/summary.js";
export type { CampaignProgress, MemoryTools } from "./experiments/tools.js";
export { type Fingerprint, readFingerprint } from "./host/fingerprint.js";
export { type MachineLimits, readLimits } from "./host/limits.js";
export { listenerOf } from "./host/listener.js";
export { type MemorySnapshot, readSandboxMemory } from "./host/memory-snapshot.js";
export * from "./runtimes/index.js";
