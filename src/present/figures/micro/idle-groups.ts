import type { Dataset, OperationCell } from "../../../analysis/datasets/dataset.js";
import { colourIn, labelIn } from "../../../analysis/label-in.js";
import { mean } from "../../../analysis/stats/mean.js";
import { counted } from "../../../model/counted.js";
import { lineChart } from "../drawing/chart.js";
import type { Figure } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { perDataset } from "../drawing/lowest-in-words.js";
import { distinct, seriesLabel, spread } from "../drawing/series.js";
import { digits, listed, plain, sentences } from "../drawing/text.js";
import type { Series } from "../drawing/trace.js";
import { machines, operationSources } from "./operations.js";

const title = "What existing control groups cost an idle host";

/**
 * Draws the idle cost of control groups: the share of all processors that was busy in the idle window before each round, against
 * the number of containers whose groups exist, each with a sleeping process.
 */
export function idleGroupsFigure(datasets: readonly Dataset[]): Figure {
  const all = datasets.map(({ operations = [] }) =>
    operations.filter(({ experiment, rounds }) => experiment === "cgroups" && windowsOf(rounds).length > 0),
  );
  const sources = datasets.flatMap((dataset, index) =>
    operationSources(dataset, all[index]!, "events.ndjson, idle of each round"),
  );
  const base = { id: "idle-cgroups", title, sources };
  if (all.every(cells => cells.length === 0))
    return emptyFigure(
      base,
      `No idle windows in ${listed(datasets.map(({ name }) => plain(name)))}; \`--window\` measures them.`,
    );
  const series = datasets.flatMap((dataset, index) =>
    [...new Set(all[index]!.map(({ variant }) => variant))].map((variant): Series => {
      const name = seriesLabel(variant, dataset, datasets.length);
      const own = all[index]!.filter(cell => cell.variant === variant);
      const points = distinct(own.map(({ density }) => density)).map(density => {
        const windows = busyPercents(own, density);
        const y = mean(windows);
        const hover = `<b>${plain(name)}</b> with ${counted(density, "container")}: ${digits(y)} %, ${counted(windows.length, "window")}`;
        return { x: density, y, ...spread(windows), hover };
      });
      return { label: name, runtime: variant, colour: colourIn(dataset, variant), dataset: index, points };
    }),
  );
  const { plot } = lineChart({
    title,
    x: {
      title: "containers whose groups exist, each with a sleeping process",
      scale: "linear",
      ticks: distinct(all.flat().map(({ density }) => density)),
    },
    panels: [{ y: { title: "processors busy (%)", scale: "linear" }, series }],
    columns: 1,
    panelHeight: 220,
  });
  return {
    ...base,
    plot,
    finding: perDataset(datasets, index => inWords(datasets[index]!, all[index]!)),
    caption: sentences(
      "Busy share of all processors, as the mean over windows; a window is an idle time before a round. Bars: 10th to 90th percentile of the windows. The kernel counts in ticks of 10 ms.",
      machines(all.flat()),
    ),
  };
}

const windowsOf = (rounds: OperationCell["rounds"]): readonly number[] =>
  rounds.flatMap(({ idleBusy }) => (idleBusy === null ? [] : [100 * idleBusy]));

const busyPercents = (cells: readonly OperationCell[], density: number): readonly number[] =>
  cells.filter(cell => cell.density === density).flatMap(({ rounds }) => windowsOf(rounds));

/** Returns the busy share of an idle host with the fewest and with the most groups, for each variant, in words. */
function inWords(dataset: Dataset, cells: readonly OperationCell[]): string {
  const densities = distinct(cells.map(({ density }) => density));
  const [least, most] = [densities[0], densities.at(-1)];
  if (least === undefined || most === undefined) return "";
  return sentences(
    ...[...new Set(cells.map(({ variant }) => variant))].map(variant => {
      const own = cells.filter(cell => cell.variant === variant);
      const at = (density: number) =>
        `${digits(mean(busyPercents(own, density)))} % with ${counted(density, "container")}`;
      const ends = [...new Set([least, most])].filter(density => busyPercents(own, density).length > 0);
      return `${labelIn(dataset, variant)}: busy share ${listed(ends.map(at))}.`;
    }),
  );
}
