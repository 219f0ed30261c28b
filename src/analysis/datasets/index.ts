/** One Dataset, whatever it comes from: raw run folders, a fresh campaign, a distilled folder. */
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
