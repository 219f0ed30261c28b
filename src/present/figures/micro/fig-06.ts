import type { Dataset, OperationCell } from "../../../analysis/datasets/dataset.js";
import type { Figure } from "../drawing/figure.js";
import { distinct } from "../drawing/series.js";
import { formatMs, sentences } from "../drawing/text.js";
import { meanAt, operationsFigure } from "./operations.js";

/**
 * Draws Figure 6 from our own measurements: the time to create and remove the control groups of a round's containers, compared
 * with the time to rename groups of a pool, by the number of threads and of existing groups.
 */
export function fig06(datasets: readonly Dataset[]): Figure {
  const cells = datasets.flatMap(({ operations = [] }) => operations.filter(cell => cell.experiment === "cgroups"));
  const densities = distinct(cells.map(({ density }) => density));
  const on = (density: number) => (density === 0 ? "none exist" : `${density} exist`);
  return operationsFigure(datasets, {
    id: "fig-06-cgroups",
    title: "Figure 6. Control groups, created and renamed",
    experiment: "cgroups",
    x: "threads released together",
    panels: densities.flatMap(density => [
      { title: `create or take, ${on(density)}`, phase: "make" as const, density },
      { title: `remove or return, ${on(density)}`, phase: "remove" as const, density },
    ]),
    finding: againstCreated,
    caption:
      "Mean over rounds of the time from the common start of the threads until the groups of the last container are created, or removed. Bars: 10th to 90th percentile of the rounds. v1: one group in each mounted controller.",
  });
}

/**
 * Returns how much less time a rename takes than a creation, with the fewest and the most threads, at the smallest number of
 * existing groups.
 */
function againstCreated(cells: readonly OperationCell[]): string {
  const threads = distinct(cells.map(({ concurrency }) => concurrency));
  return sentences(
    ...[...new Set([threads[0]!, threads.at(-1)!])].map(concurrency => {
      const [created, renamed, v2] = ["v1", "v1pool", "v2"].map(variant => meanAt(cells, variant, "make", concurrency));
      const many = concurrency === 1 ? "one thread" : `${concurrency} threads`;
      if (created == null)
        return v2 == null
          ? ""
          : `With ${many}, creating the v2 groups of ${v2.count} containers takes ${formatMs(v2.ms)}.`;
      const pool =
        renamed == null
          ? ""
          : `; renaming them from a pool takes ${formatMs(renamed.ms)} (${change(renamed.ms, created.ms)})`;
      const unified = v2 == null ? "" : `; creating one v2 group for each takes ${formatMs(v2.ms)}`;
      return `With ${many}, creating the v1 groups of ${created.count} containers takes ${formatMs(created.ms)}${pool}${unified}.`;
    }),
  );
}

const change = (part: number, whole: number): string => {
  const percent = Math.round(100 * (1 - part / whole));
  return percent >= 0 ? `${percent} % less` : `${-percent} % more`;
};
