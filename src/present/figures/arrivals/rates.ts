import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { labelIn } from "../../../analysis/label-in.js";
import {
  type HeldRate,
  heldRates,
  type Objective,
  type RateResult,
  rateResults,
} from "../../../analysis/rates/index.js";
import { counted } from "../../../model/counted.js";
import { percentOf } from "../../../model/percent.js";
import { lineChart } from "../drawing/chart.js";
import type { Figure } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { type DatasetValues, scopeIn, seriesOf, sourcesOf, ticksOf } from "../drawing/series.js";
import { formatMs, listed, sentences } from "../drawing/text.js";

/** Returns the name of an objective's quantile: "p99.9". */
const quantileName = ({ p }: Objective) => `p${percentOf(p)}`;

/** Returns the quantiles that are drawn, a panel each: the median, and the objective's quantile; without an objective, p99. */
const quantilesFor = (objective: Objective | null) => [
  { name: "p50", of: (result: RateResult) => result.p50Ms },
  {
    name: objective === null ? "p99" : quantileName(objective),
    of: (result: RateResult) => result.quantile?.value ?? result.p99Ms,
  },
];

/**
 * Draws latency against the rate of starts of an open loop: a panel per quantile, a line per runtime, the objective as a
 * horizontal line. Latencies count from the scheduled time of a start. A quantile that is infinite because of failed or refused
 * starts is a gap.
 *
 * @param objective drawn into the panels; null for none
 */
export function ratesFigure(datasets: readonly Dataset[], objective: Objective | null = null): Figure {
  const id = "rates";
  const quantiles = quantilesFor(objective);
  const title = "Latency against the rate of starts";
  const results = datasets.map(dataset => ({ dataset, results: rateResults(dataset.arrivals ?? [], objective) }));
  const all = results.map(
    ({ dataset, results }): DatasetValues => ({
      dataset,
      values: results.flatMap(result => {
        const { runtime, rate, arrivals } = result;
        if (rate === null) return [];
        return quantiles.map(({ of }, panel) => {
          const y = of(result);
          return { runtime, x: rate, panel, y: Number.isFinite(y) ? y : null, n: arrivals };
        });
      }),
    }),
  );
  const base = { id, title, sources: sourcesOf(all, "arrivals", runtime => `arrivals_${runtime}.csv`) };
  const ticks = ticksOf(all);
  if (ticks.length === 0) return emptyFigure(base, "No open loop was measured.");
  const at = (x: string) => `at ${x} starts a second`;
  const { plot } = lineChart({
    title,
    x: { title: "starts per second", scale: "linear", ticks },
    panels: quantiles.map(({ name }, panel) => ({
      title: name,
      y: { title: "latency (ms)", scale: "log" },
      series: seriesOf(all, { panel, at, format: formatMs, gaps: false }),
    })),
    columns: 1,
    panelHeight: 220,
  });
  const held =
    objective === null
      ? []
      : results.flatMap(({ dataset, results }) =>
          heldRates(results).map(each => ({ ...each, label: labelIn(dataset, each.runtime) })),
        );
  const asked = objective === null ? "" : `${quantileName(objective)} within ${formatMs(objective.limitMs)}`;
  return {
    ...base,
    finding: sentences(
      ...held.map(each => heldInWords(each, asked)),
      ...(held.length > 0 ? [] : ["If starts arrive faster than they are finished, latency grows without limit."]),
    ),
    caption: sentences(
      "Quantiles (R-7) of the latency over all starts at a rate. Latency counts from the scheduled time of a start, so it includes the queue.",
      scopeIn(datasets, "requests on a schedule"),
    ),
    plot: objective === null ? plot : withLevel(plot, objective),
  };
}

/** Returns a sentence about a runtime's rates: the highest that it held, the lowest that it failed, and the undecided ones. */
function heldInWords(
  { label, highest, failsAt, undecided }: HeldRate & { readonly label: string },
  asked: string,
): string {
  const kept =
    highest === null
      ? `${label} is not confirmed to keep ${asked} at any of the rates`
      : `${label} keeps ${asked} up to ${counted(highest, "start")} a second`;
  const fails = failsAt === null ? "it fails at none of the rates" : `it fails at ${failsAt} a second`;
  const open =
    undecided.length === 0 ? "" : `; there were too few starts to decide at ${listed(undecided.map(String))} a second`;
  return `${kept}; ${fails}${open}.`;
}

/** Returns the objective as a dotted line in its panel. */
function withLevel(plot: Figure["plot"], { limitMs }: Objective): Figure["plot"] {
  const shapes = [
    {
      type: "line",
      xref: "x2 domain",
      x0: 0,
      x1: 1,
      yref: "y2",
      y0: limitMs,
      y1: limitMs,
      line: { dash: "dot", width: 1.5, color: "#888888" },
    },
  ];
  return { ...plot, layout: { ...plot.layout, shapes } };
}
