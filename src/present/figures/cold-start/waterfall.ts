import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { labelIn } from "../../../analysis/label-in.js";
import { stagesOf } from "../../../analysis/stages/index.js";
import { endOf, type RoundEvent } from "../../../campaign-files/index.js";
import { counted } from "../../../model/counted.js";
import type { Figure } from "../drawing/figure.js";
import { axisLook, emptyFigure, layoutLook } from "../drawing/look.js";
import type { PlotlyTrace } from "../drawing/plotly.js";
import { byStage, legendBelow, stageColour } from "../drawing/stage-style.js";
import { formatMs, sentences } from "../drawing/text.js";

/**
 * Draws one round as a waterfall: a line for each client, from its request to its end, in the colours of its stages. Clients that
 * failed are left out and counted.
 */
export function waterfallFigure(round: RoundEvent, dataset: Dataset): Figure {
  const { run, runtime, concurrency, samples } = round;
  const label = labelIn(dataset, runtime);
  const title = `One round: ${label}, concurrency ${concurrency}`;
  const ready = samples.flatMap(sample => (sample.status === "ready" ? [sample] : []));
  const sources = [
    { series: label, dataset: dataset.name, runtime, runs: [run], values: `events.ndjson, round ${round.round}` },
  ];
  const base = { id: "waterfall", title, sources };
  const failed = samples.length - ready.length;
  const left =
    failed === 0
      ? ""
      : `${failed} of ${counted(samples.length, "client")} failed and ${failed === 1 ? "is" : "are"} not shown.`;
  if (ready.length === 0) return emptyFigure(base, left);
  const bars = ready.flatMap(sample => stagesOf(sample).map(stage => ({ ...stage, client: sample.client })));
  const names = [...new Set(bars.map(({ name }) => name))].sort(byStage);
  const data = names.map((name): PlotlyTrace => {
    const own = bars.filter(bar => bar.name === name);
    return {
      type: "bar",
      orientation: "h",
      name,
      marker: { color: stageColour(name), line: { width: 0 } },
      x: own.map(({ fromMs, toMs }) => Math.round((toMs - fromMs) * 1000) / 1000),
      y: own.map(({ client }) => client),
      base: own.map(({ fromMs }) => fromMs),
      hovertemplate: `client %{y}, ${name}: %{x:.1f} ms<extra></extra>`,
    };
  });
  const ends = ready.map(endOf);
  const plotHeight = Math.max(90, Math.min(520, ready.length * 14));
  const legend = legendBelow(names);
  const margin = { l: 56, r: 20, t: 46, b: 66 + legend };
  return {
    ...base,
    finding: sentences(
      `The first client finishes after ${formatMs(Math.min(...ends))}, the last one after ${formatMs(Math.max(...ends))}.`,
      left,
    ),
    caption: sentences(
      "A line for each client, from the common start of the round. Colours show the stages of its cold start.",
      left,
    ),
    plot: {
      data,
      layout: {
        ...layoutLook(title, margin.t + plotHeight + margin.b),
        barmode: "overlay",
        bargap: 0.15,
        margin,
        xaxis: { ...axisLook, rangemode: "tozero", tickformat: ",", title: { text: "ms since the common start" } },
        yaxis: { ...axisLook, autorange: "reversed", title: { text: "client" } },
        legend: { orientation: "h", x: 0, xanchor: "left", y: -60 / plotHeight, yanchor: "top", font: { size: 11 } },
      },
    },
  };
}
