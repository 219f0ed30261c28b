import { type Dataset, loadDataset } from "../../analysis/datasets/index.js";
import { kernelSink } from "./display.js";
import { progress } from "./progress.js";

/**
 * Loads several datasets in the given order; a dataset that is named twice is loaded once. In a notebook, a load of more than a
 * second shows a progress bar.
 *
 * @param names as for `loadDataset`
 * @param base the folder to which relative paths refer; by default the working directory
 * @throws LabError of kind `input` if there is nothing to read
 * @example (await loadDatasets(["ae_data", "ae_data"])).length // 1
 */
export async function loadDatasets(names: readonly string[], base?: string): Promise<readonly Dataset[]> {
  const loaded: Dataset[] = [];
  for (const name of new Set(names)) {
    const bar = kernelSink() === undefined ? undefined : progress(`reading ${name}`, 1);
    loaded.push(await loadDataset(name, base, (done, of) => bar?.update(done / of)));
    bar?.end();
  }
  return loaded;
}
