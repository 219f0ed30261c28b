import type { Dataset, OperationCell } from "../../../analysis/datasets/dataset.js";
import type { Figure } from "../drawing/figure.js";
import { distinct } from "../drawing/series.js";
import { formatMs, sentences } from "../drawing/text.js";
import { meanAt, operationsFigure } from "./operations.js";

/**
 * Draws root file systems from our own measurements: the time until all root file systems of a round are prepared, mounted,
 * unmounted and removed.
 */
export const rootfsFigure = (datasets: readonly Dataset[]): Figure =>
  operationsFigure(datasets, {
    id: "rootfs",
    title: "Root file systems by snapshotter",
    experiment: "rootfs",
    x: "root file systems at once",
    panels: [
      { title: "prepare", phase: "make", density: 0 },
      { title: "mount", phase: "mount", density: 0 },
      { title: "unmount", phase: "unmount", density: 0 },
      { title: "remove", phase: "remove", density: 0 },
    ],
    finding: preparation,
    caption:
      "Mean over rounds of the time from the common start until the last root file system is done. Bars: 10th to 90th percentile of the rounds. Prepare and remove are requests to containerd's snapshots service. Mount and unmount are programs, whose processes are forked before the start.",
  });

function preparation(cells: readonly OperationCell[]): string {
  const ends = distinct(cells.map(({ concurrency }) => concurrency));
  const snapshotters = [...new Set(cells.map(({ variant }) => variant))];
  return sentences(
    ...snapshotters.map(snapshotter => {
      const values = [...new Set([ends[0]!, ends.at(-1)!])].flatMap(concurrency => {
        const found = meanAt(cells, snapshotter, "make", concurrency);
        return found === null ? [] : [`${formatMs(found.ms)} for ${concurrency}`];
      });
      return `Time to prepare root file systems with ${snapshotter}: ${values.join(" and ")}.`;
    }),
  );
}
