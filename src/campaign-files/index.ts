/** The files of our own campaign folders: the manifest, the journal and the tidy samples. Depends on the log formats. */

export * from "./arrivals.js";
export * from "./events.js";
export { type HostCost, hostCost } from "./host-cost.js";
export {
  type CampaignStatus,
  examineManifest,
  formatManifest,
  type Manifest,
  type ManifestRun,
  parseManifest,
  type ReplayInfo,
} from "./manifest.js";
export * from "./operations.js";
export * from "./samples.js";
