import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { flagStarts } from "../../../analysis/flags.js";
import { lineChart } from "../drawing/chart.js";
import type { Figure } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { type DatasetValues, scopeIn, seriesLabel, seriesOf, sourcesOf, ticksOf } from "../drawing/series.js";
import { digits, sentences } from "../drawing/text.js";

const formatShare = (percent: number) => `${digits(percent)} %`;

/**
 * Draws start skew against concurrency: the mean over rounds of the skew, in percent of the mean makespan. It shows how far a
 * round is from a simultaneous start; that share of a makespan comes from the load generator.
 */
export function skewFigure(datasets: readonly Dataset[]): Figure {
  const title = "Start skew as a share of the makespan";
  const all = datasets.map(skews);
  const sources = sourcesOf(all, "time", () => "rounds.csv, start_skew_ms and makespan_ms");
  const base = { id: "skew", title, sources };
  const at = (xs: string) => `at concurrency ${xs}`;
  const series = seriesOf(all, { at, format: formatShare });
  if (series.length === 0) return emptyFigure(base, "There is no concurrency campaign with rounds here.");
  const { plot } = lineChart({
    title,
    x: { title: "concurrency (sandboxes started at once)", ticks: ticksOf(all) },
    panels: [{ y: { title: "start skew (% of makespan)", scale: "linear" }, series }],
    columns: 1,
    panelHeight: 280,
  });
  const worst = all
    .flatMap(({ dataset, values }) => values.map(value => ({ ...value, dataset })))
    .reduce((a, b) => ((b.y ?? 0) > (a.y ?? 0) ? b : a));
  const label = seriesLabel(worst.runtime, worst.dataset, datasets.length);
  return {
    ...base,
    finding: `Start skew is at most ${formatShare(worst.y ?? 0)} of the makespan (${label}, ${at(String(worst.x))}).`,
    caption: sentences(
      "Start skew is the time from a round's first start to its last, by the clients' own clocks. The figure shows its mean over rounds, divided by the mean makespan.",
      scopeIn(datasets),
    ),
    plot,
  };
}

function skews(dataset: Dataset): DatasetValues {
  const flags = flagStarts(dataset);
  const values = dataset.starts.flatMap(({ experiment, runtime, concurrency }, i) => {
    const share = flags[i]!.skewShare;
    return experiment === "time" ? [{ runtime, x: concurrency, panel: 0, y: share === null ? null : 100 * share }] : [];
  });
  return { dataset, values };
}
