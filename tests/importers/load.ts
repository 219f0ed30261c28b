import { join } from "node:path";
import { type Dataset, loadDataset } from "../../src/analysis/datasets/index.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

/** Reads a file of this name and text. */
export const load = (name: string, text: string): Promise<Dataset> =>
  inTempFolder(folder => {
    writeFiles(folder, { [name]: text });
    return loadDataset(join(folder, name));
  });

/** Cells as runtime, concurrency, makespans, mean latency, failures. */
export const cells = ({ starts }: Dataset) =>
  starts.map(({ runtime, concurrency, rounds, latencyMeanMs, failed }) => [
    runtime,
    concurrency,
    rounds.map(({ makespanMs }) => makespanMs),
    latencyMeanMs,
    failed,
  ]);
