import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Dataset } from "./dataset.js";

/** The package's own distilled data, by name. */
export const ownDatasets = ["paper_data", "ae_data"] as const;

const packageRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** Our own recorded campaign: a folder in the package's `raw/`. */
export const recordedCampaign = join(packageRoot, "raw", "20261124T201129-recorded");

/**
 * Returns the folder for a dataset's name: `paper_data` and `ae_data` are the package's own folders, any other name is a path.
 *
 * @param base the folder to which a relative path refers; by default the working directory
 */
export const datasetFolder = (name: string, base = "."): string =>
  (ownDatasets as readonly string[]).includes(name) ? join(packageRoot, name) : resolve(base, name);

/**
 * Loads a dataset: the package's `paper_data` or `ae_data`, a distilled folder, raw run folders, a fresh campaign, or results of
 * other tools (a file, a folder of files, or a folder that `rund-lab import` wrote).
 *
 * @param name `paper_data`, `ae_data` or a path
 * @param each called while raw logs are read, with the numbers of runs done and of all runs
 * @returns the data for tables, claims and figures; `problems` lists the errors in the files
 * @throws LabError of kind `input` if there is nothing to read
 * @example (await loadDataset("ae_data")).runs.length // 3
 */
export async function loadDataset(
  name: string,
  base?: string,
  each?: (done: number, of: number) => void,
): Promise<Dataset> {
  const folder = datasetFolder(name, base);
  if (existsSync(join(folder, "rounds.csv")))
    return (await import("./distilled/read-distilled.js")).readDistilled(folder);
  const { importableFiles, readImported } = await import("./imported/read-imported.js");
  const files = importableFiles(folder);
  if (files !== null) return readImported(folder, files);
  return (await import("./read-raw.js")).readRaw(folder, each).dataset;
}

/** Loads several datasets in the given order; a dataset that is named twice is loaded once. */
export async function loadDatasets(names: readonly string[], base?: string): Promise<readonly Dataset[]> {
  const loaded: Dataset[] = [];
  for (const name of new Set(names)) loaded.push(await loadDataset(name, base));
  return loaded;
}
