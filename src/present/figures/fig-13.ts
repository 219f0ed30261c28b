import type { Dataset } from "../../analysis/datasets/dataset.js";
import { startGroups } from "../../analysis/groups.js";
import { lineChart } from "./drawing/chart.js";
import type { Figure } from "./drawing/figure.js";
import { emptyFigure } from "./drawing/look.js";
import { lowestInWords } from "./drawing/lowest-in-words.js";
import {
  absentIn,
  type DatasetValues,
  distinct,
  gapsIn,
  scopeIn,
  seriesOf,
  sourcesOf,
  spread,
  ticksOf,
} from "./drawing/series.js";
import { formatMs, sentences, zeros } from "./drawing/text.js";

/**
 * Draws Figure 13: makespan against background density, a panel per concurrency, a line per runtime and dataset. The
 * values are those of `density_<id>.csv`; bars reach from the 10th to the 90th percentile of the rounds.
 *
 * @throws LabError `RUND_TWO_RUNS` (input) if a dataset holds two runs of one runtime
 */
export function fig13(datasets: readonly Dataset[]): Figure {
  const id = "fig-13";
  const title = "Figure 13. Makespan against background density";
  const all = datasets.map(makespanByDensity);
  const at = (xs: string) => `with ${xs} background sandboxes`;
  const panels = distinct(all.flatMap(({ values }) => values.map(value => value.panel)));
  const absent = absentIn(all, "density campaign");
  const base = { id, title, sources: sourcesOf(all, "density", runtime => `density_${runtime}.csv`) };
  if (panels.length === 0) return emptyFigure(base, absent);
  const ticks = ticksOf(all);
  const series = (panel: number) => seriesOf(all, { panel, at, format: formatMs });
  const { plot, unshown } = lineChart({
    title,
    x: { title: "background density (sandboxes already running)", scale: "linear", ticks },
    panels: panels.map(panel => ({
      title: `concurrency ${panel}`,
      y: { title: "makespan (ms)" },
      series: series(panel),
    })),
    columns: 2,
    panelHeight: 170,
  });
  const described = distinct([panels[0]!, panels[Math.floor(panels.length / 2)]!]);
  return {
    ...base,
    finding: sentences(
      lowestInWords(
        datasets,
        described.map(panel => ({ of: `makespan at concurrency ${panel}`, series: series(panel) })),
        { at, format: formatMs },
      ),
      absent,
    ),
    caption: sentences(
      "Mean makespan over the rounds, while other sandboxes are already running. Bars: 10th to 90th percentile of the rounds.",
      gapsIn(all, (panels, xs) => `at concurrency ${panels} with ${xs} background sandboxes`),
      scopeIn(datasets),
      zeros(unshown),
    ),
    plot,
  };
}

function makespanByDensity(dataset: Dataset): DatasetValues {
  const groups = startGroups(dataset).filter(({ experiment }) => experiment === "density");
  const values = groups.map(({ runtime, density, concurrency, makespanMs, makespansMs }) => ({
    runtime,
    x: density,
    panel: concurrency,
    y: makespanMs,
    ...spread(makespansMs),
  }));
  return { dataset, values };
}
