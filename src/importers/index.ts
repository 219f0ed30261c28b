/**
 * Results of other tools: a file in, our rows out. Each importer states what the tool measures, with which resolution, and what
 * its files lack.
 */

export type { Definition } from "./definition.js";
export { importManifest } from "./folder/manifest.js";
export { readImportFolder } from "./folder/read.js";
export { ImportFolderWriter } from "./folder/write.js";
export { importers } from "./formats.js";
export { findImporter, importFile, recognise } from "./import.js";
export type { ImportedBurst, ImportedRate, ImportedRun } from "./imported-run.js";
export type {
  ImportedMemory,
  ImportedSample,
  Importer,
  ImportOptions,
  RunSink,
  Sink,
} from "./importer.js";
export { NumberColumn } from "./reading/number-column.js";
