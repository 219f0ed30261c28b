import type { Dataset, OperationCell } from "../../../analysis/datasets/dataset.js";
import { phaseTimesMs } from "../../../analysis/datasets/operation-cells.js";
import { colourIn } from "../../../analysis/label-in.js";
import { mean } from "../../../analysis/stats/mean.js";
import type { PhaseName } from "../../../campaign-files/index.js";
import { counted } from "../../../model/counted.js";
import { lineChart } from "../drawing/chart.js";
import type { Figure } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { perDataset } from "../drawing/lowest-in-words.js";
import { distinct, seriesLabel, sourcesBy, spread } from "../drawing/series.js";
import { formatMs, listed, plain, sentences, zeros } from "../drawing/text.js";
import type { Series } from "../drawing/trace.js";

/** The parts of a figure of operations. */
export interface OperationsFigure {
  readonly id: string;
  readonly title: string;
  readonly experiment: OperationCell["experiment"];
  /** The x axis: "threads released together". */
  readonly x: string;
  readonly panels: readonly { readonly title: string; readonly phase: PhaseName; readonly density: number }[];
  /** Returns what the figure shows of one dataset's cells, in words. */
  finding(cells: readonly OperationCell[]): string;
  readonly caption: string;
}

/**
 * Draws operations by the number that run at once: the mean over rounds of the time from a common release to the last end, a
 * panel for each phase and density, a line for each variant and dataset. Bars reach from the 10th to the 90th percentile of
 * rounds.
 */
export function operationsFigure(datasets: readonly Dataset[], figure: OperationsFigure): Figure {
  const { id, title, experiment, x, panels, finding, caption } = figure;
  const all = datasets.map(({ operations = [] }) => operations.filter(cell => cell.experiment === experiment));
  const sources = datasets.flatMap((dataset, index) =>
    operationSources(dataset, all[index]!, "events.ndjson, totalMs of each phase"),
  );
  const base = { id, title, sources };
  const without = datasets.filter((_, index) => all[index]!.length === 0).map(({ name }) => plain(name));
  const absent = without.length === 0 ? "" : `No ${experiment} campaign in ${listed(without)}.`;
  if (all.every(cells => cells.length === 0)) return emptyFigure(base, absent);
  const series = (phase: PhaseName, density: number) =>
    datasets.flatMap((dataset, index) => {
      const own = all[index]!.filter(cell => cell.density === density && phaseTimesMs(cell, phase).length > 0);
      return [...new Set(own.map(({ variant }) => variant))].map((variant): Series => {
        const name = seriesLabel(variant, dataset, datasets.length);
        const points = own
          .filter(cell => cell.variant === variant)
          .map(cell => pointOf(cell, phase, name))
          .sort((a, b) => a.x - b.x);
        return { label: name, runtime: variant, colour: colourIn(dataset, variant), dataset: index, points };
      });
    });
  const { plot, unshown } = lineChart({
    title,
    x: { title: x, scale: "log", ticks: distinct(all.flat().map(({ concurrency }) => concurrency)) },
    panels: panels.map(({ title, phase, density }) => ({
      title,
      y: { title: "time until all are done (ms)", scale: "log" },
      series: series(phase, density),
    })),
    columns: 2,
    panelHeight: 170,
  });
  return {
    ...base,
    finding: sentences(
      perDataset(datasets, index => (all[index]!.length === 0 ? "" : finding(all[index]!))),
      absent,
    ),
    caption: sentences(caption, machines(all.flat()), zeros(unshown)),
    plot,
  };
}

/**
 * Returns the mean time of a phase for a variant at a concurrency, at the smallest measured density; null if it was not measured.
 */
export function meanAt(
  cells: readonly OperationCell[],
  variant: string,
  phase: PhaseName,
  concurrency: number,
): { readonly ms: number; readonly count: number } | null {
  const density = Math.min(...cells.map(cell => cell.density));
  const cell = cells.find(
    each => each.variant === variant && each.concurrency === concurrency && each.density === density,
  );
  const valuesMs = cell === undefined ? [] : phaseTimesMs(cell, phase);
  return cell === undefined || valuesMs.length === 0 ? null : { ms: mean(valuesMs), count: cell.count };
}

function pointOf(cell: OperationCell, phase: PhaseName, name: string) {
  const { concurrency, count } = cell;
  const valuesMs = phaseTimesMs(cell, phase);
  const { n, ...bars } = spread(valuesMs);
  const y = n === 0 ? null : mean(valuesMs);
  const value = y === null ? "not measured" : `${formatMs(y)} for ${count}, mean of ${counted(n, "round")}`;
  return { x: concurrency, y, ...bars, hover: `<b>${plain(name)}</b> at ${concurrency}: ${value}` };
}

/** Returns the machines on which the cells were measured, which are never the paper's. */
export function machines(cells: readonly Pick<OperationCell, "machine">[]): string {
  const named = cells.map(({ machine }) =>
    machine === undefined
      ? "an unknown number of cores"
      : `${counted(machine.cores, "core")} and kernel ${plain(machine.kernel)}`,
  );
  return `This is our own measurement, on a different machine than the paper's, with ${listed([...new Set(named)])}.`;
}

/** Returns the runs from which the values of each variant or snapshotter come. */
export const operationSources = (dataset: Dataset, cells: readonly OperationCell[], values: string) =>
  sourcesBy(
    dataset,
    cells.map(({ variant, run }) => ({ runtime: variant, run })),
    values,
  );
