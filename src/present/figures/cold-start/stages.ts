import type { StageRow } from "../../../analysis/stages/index.js";
import type { Figure } from "../drawing/figure.js";
import { axisLook, emptyFigure, layoutLook, panelTitle } from "../drawing/look.js";
import type { Json, PlotlyTrace } from "../drawing/plotly.js";
import { byStage, legendBelow, stageColour } from "../drawing/stage-style.js";
import { ink, paper } from "../drawing/style.js";
import { formatMs, sentences } from "../drawing/text.js";

const endWords = {
  sandbox: "the sandbox is ready",
  container: "the container is started",
  output: "the process writes its first line",
  response: "the process answers",
} as const;

/**
 * Draws the stages of cold starts: their medians, stacked, a bar for each runtime and a panel for each concurrency; a mark at the
 * median of the whole, with its interval.
 *
 * @param rows of one campaign, from `stageTable`
 * @param dataset the campaign's name
 */
export function stagesFigure(rows: readonly StageRow[], dataset: string): Figure {
  const title = "Where the time of a cold start goes";
  const sources = [...new Set(rows.map(({ runtime }) => runtime))].map(runtime => {
    const own = rows.filter(row => row.runtime === runtime);
    const runs = [...new Set(own.map(({ run }) => run))];
    const series = [...new Set(own.map(({ label }) => label))].join(" and ");
    return { series, dataset, runtime, runs, values: "events.ndjson, samples of complete rounds" };
  });
  const base = { id: "stages", title, sources };
  if (rows.length === 0) return emptyFigure(base, `${dataset} has no complete cold start.`);
  const panels = [...new Set(rows.map(({ density, concurrency }) => `${density} ${concurrency}`))]
    .map(key => rows.filter(({ density, concurrency }) => `${density} ${concurrency}` === key))
    .sort(([a], [b]) => a!.density - b!.density || a!.concurrency - b!.concurrency);
  const visible = rows.flatMap(({ stages }) => stages.flatMap(({ name, p50Ms }) => (p50Ms > 0 ? [name] : [])));
  const names = [...new Set(visible)].sort(byStage);
  const gap = 52;
  const heights = panels.map(panel => panel.length * 34 + 10);
  const plotHeight = heights.reduce((sum, height) => sum + height, 0) + gap * (panels.length - 1);
  const legend = legendBelow(names);
  const margin = {
    l: Math.max(84, 16 + 8 * Math.max(...rows.map(({ label }) => label.length))),
    r: 24,
    t: 64,
    b: 66 + legend,
  };
  const data: PlotlyTrace[] = [];
  const axes: Record<string, Json> = {};
  const annotations: Json[] = [];
  let top = 0;
  for (const [index, panel] of panels.entries()) {
    const suffix = index === 0 ? "" : String(index + 1);
    const at = { xaxis: `x${suffix}`, yaxis: `y${suffix}` };
    const labels = panel.map(({ label }) => label);
    for (const name of names) {
      const values = panel.map(({ stages }) => stages.find(stage => stage.name === name)?.p50Ms ?? 0);
      data.push({
        type: "bar",
        orientation: "h",
        name,
        legendgroup: name,
        showlegend: index === 0,
        x: values,
        y: labels,
        marker: { color: stageColour(name), line: { color: paper, width: 0.5 } },
        ...at,
        hovertemplate: `%{y}, ${name}: %{x:.1f} ms<extra></extra>`,
      });
    }
    const spreads = panel.map(({ latencyMs, interval }) => interval ?? [latencyMs, latencyMs]);
    data.push({
      type: "scatter",
      mode: "markers",
      name: "median of the whole",
      showlegend: false,
      y: labels,
      ...at,
      x: panel.map(({ latencyMs }) => latencyMs),
      marker: { color: ink, symbol: "line-ns-open", size: 13, line: { width: 2 } },
      error_x: {
        type: "data",
        symmetric: false,
        color: ink,
        thickness: 1.5,
        width: 4,
        array: spreads.map(([, high], row) => high - panel[row]!.latencyMs),
        arrayminus: spreads.map(([low], row) => panel[row]!.latencyMs - low),
      },
      hovertemplate: "%{y}, whole cold start: %{x:.1f} ms<extra></extra>",
    });
    const height = heights[index]!;
    axes[`xaxis${suffix}`] = {
      ...axisLook,
      anchor: `y${suffix}`,
      rangemode: "tozero",
      tickformat: ",",
      title: { text: index === panels.length - 1 ? "ms" : "" },
    };
    axes[`yaxis${suffix}`] = {
      ...axisLook,
      anchor: `x${suffix}`,
      autorange: "reversed",
      ticks: "",
      type: "category",
      domain: [1 - (top + height) / plotHeight, 1 - top / plotHeight],
    };
    annotations.push(panelTitle(cellOf(panel[0]!), suffix));
    top += height + gap;
  }
  const height = margin.t + plotHeight + margin.b;
  return {
    ...base,
    finding: sentences(...panels.map(inWords)),
    caption: sentences(
      `Medians of each stage over all cold starts of a cell, from the request until ${endWords[rows[0]!.until]}. The black mark is the median of the whole cold start, with its 95 % interval over rounds.`,
      "Stages with a median of 0 are not drawn. The medians of the stages need not add up to the median of the whole; the stages of each single cold start do.",
    ),
    plot: {
      data,
      layout: {
        ...layoutLook(title, height),
        barmode: "stack",
        bargap: 0.3,
        margin,
        annotations,
        ...axes,
        legend: { orientation: "h", x: 0, xanchor: "left", y: -58 / plotHeight, yanchor: "top", font: { size: 11 } },
      },
    },
  };
}

const cellOf = ({ density, concurrency }: StageRow) =>
  `concurrency ${concurrency}${density === 0 ? "" : `, background ${density}`}`;

/** Returns the median and the longest stage of each runtime in a panel, in words. */
function inWords(panel: readonly StageRow[]): string {
  const parts = panel.map(row => {
    const { label, latencyMs, stages } = row;
    const longest = stages.reduce((most, stage) => (stage.p50Ms > most.p50Ms ? stage : most));
    const share = Math.round((100 * longest.p50Ms) / latencyMs);
    return `${label} ${formatMs(latencyMs)}, of which ${longest.name} ${share} %`;
  });
  return `At ${cellOf(panel[0]!)}: ${parts.join("; ")}.`;
}
