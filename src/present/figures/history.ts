import type { CellHistory, History } from "../../analysis/compare/index.js";
import { counted } from "../../model/counted.js";
import { lineChart, type Panel } from "./drawing/chart.js";
import type { Figure } from "./drawing/figure.js";
import { emptyFigure } from "./drawing/look.js";
import { runtimesOf } from "./drawing/series.js";
import { atOnce, digits, listed, plain, sentences } from "./drawing/text.js";
import type { Series } from "./drawing/trace.js";

const metricNames = { time: "makespan", cpu: "CPU per sandbox", memory: "memory per sandbox" } as const;

/**
 * Draws a metric over many campaigns: a panel per cell, a line per runtime, in percent of the first campaign's mean, with 95 %
 * intervals. Changes at which the gate would have fired are circled.
 */
export function historyFigure(history: History): Figure {
  const { metric, campaigns, cells, share } = history;
  const name = metricNames[metric];
  const title = `${name[0]!.toUpperCase()}${name.slice(1)} over ${campaigns.length} campaigns`;
  const sources = runtimesOf(cells).map(runtime => ({
    series: cells.find(cell => cell.runtime === runtime)!.label,
    dataset: listed(campaigns.map(campaign => plain(campaign.name))),
    runtime,
    runs: [],
    values: `rund-lab history --metric ${metric}`,
  }));
  const base = { id: "history", title, sources };
  if (cells.length === 0) return emptyFigure(base, "No cell was measured in two campaigns.");
  const panels = [...new Set(cells.map(placeOf))].map(
    (place): Panel => ({
      title: place,
      y: { title: `${name} (% of the first campaign)`, scale: "linear", span: spanOf(cells) },
      series: cells.filter(cell => placeOf(cell) === place).map(cell => seriesOfCell(cell, history)),
    }),
  );
  const { plot } = lineChart({
    title,
    x: {
      title: "campaign, oldest first",
      scale: "linear",
      ticks: campaigns.map((_, i) => i + 1),
      span: [0.7, campaigns.length + 0.3],
    },
    panels,
    columns: panels.length === 1 ? 1 : 2,
    panelHeight: 170,
  });
  return {
    ...base,
    finding: inWords(history),
    caption: sentences(
      `Mean ${name} of each campaign with its 95 % interval, in percent of the first campaign that has the cell. Each campaign is compared with the first one after the last change. A circle marks a change: the whole corrected interval of the ratio is more than ${digits(100 * share)} % away from 1.`,
      `Campaigns: ${campaigns.map((campaign, i) => `${i + 1} ${plain(campaign.name, 60)}`).join(", ")}.`,
    ),
    plot,
  };
}

/** Returns a cell without its runtime. */
const placeOf = (cell: CellHistory): string =>
  cell.metric === "memory" ? `${cell.memory} MB at ${cell.density}` : atOnce(cell);

const firstMean = ({ values }: CellHistory): number => values.find(side => (side?.mean ?? 0) > 0)?.mean ?? 1;

/** The common range of all panels: it contains every interval, and at least 10 % on either side. */
function spanOf(cells: readonly CellHistory[]): readonly [number, number] {
  const shares = cells.flatMap(cell =>
    cell.values
      .flatMap(side => (side?.mean == null ? [] : [side.mean, ...(side.interval ?? [])]))
      .map(each => (100 * each) / firstMean(cell)),
  );
  return [Math.min(90, ...shares) - 3, Math.max(110, ...shares) + 3];
}

function seriesOfCell(cell: CellHistory, { campaigns }: History): Series {
  const share = (value: number) => (100 * value) / firstMean(cell);
  const changed = new Set(cell.changes.map(({ at }) => at));
  const { label, runtime, colour } = cell;
  return {
    label,
    runtime,
    colour,
    dataset: 0,
    points: cell.values.map((side, index) => ({
      x: index + 1,
      y: side?.mean == null ? null : share(side.mean),
      ...(side?.interval == null ? {} : { low: share(side.interval[0]), high: share(side.interval[1]) }),
      circled: changed.has(index),
      hover: `<b>${plain(label)}</b>: ${side?.mean == null ? "not measured" : `${digits(share(side.mean))} % (${digits(side.mean)} ${cell.metric === "memory" ? "KiB" : "ms"})`}<br>${plain(campaigns[index]!.name)}`,
    })),
  };
}

function inWords({ cells, campaigns, metric }: History): string {
  const words = (direction: "faster" | "slower") =>
    metric === "time" ? `is ${direction}` : direction === "slower" ? "needs more" : "needs less";
  const found = cells.flatMap(cell =>
    cell.changes.map(
      ({ at, direction, ratio }) =>
        `${cell.label}, ${placeOf(cell)}, ${words(direction)}${ratio === null ? "" : ` (× ${digits(ratio)})`} at campaign ${at + 1}`,
    ),
  );
  return found.length === 0
    ? `No change was found in ${counted(cells.length, "cell")} over ${counted(campaigns.length, "campaign")}.`
    : `${listed(found)}.`;
}
