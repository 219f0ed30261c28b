/** One Dataset from any source: raw run folders, a fresh campaign, a distilled folder, imported results. */
export type {
  Dataset,
  MemoryCell,
  MemoryComponent,
  MemoryJournal,
  PublishedCell,
  Round,
  RunInfo,
  StartCell,
} from "./dataset.js";
export { datasetFolder, loadDataset, loadDatasets, ownDatasets, recordedCampaign } from "./load.js";
