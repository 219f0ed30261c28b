import type { Dataset } from "../../analysis/datasets/dataset.js";
import { memoryGroups } from "../../analysis/groups.js";
import { lineChart } from "./drawing/chart.js";
import type { Figure } from "./drawing/figure.js";
import { emptyFigure } from "./drawing/look.js";
import { lowestInWords } from "./drawing/lowest-in-words.js";
import {
  absentIn,
  type DatasetValues,
  distinct,
  gapsIn,
  type PlottedValue,
  scopeIn,
  seriesOf,
  sourcesOf,
  spread,
  ticksOf,
} from "./drawing/series.js";
import { digits, sentences, zeros } from "./drawing/text.js";

const formatMiB = (mib: number) => `${digits(mib)} MiB`;

/**
 * Draws Figure 5: memory per sandbox against density, at one guest memory, a line per runtime and dataset. The
 * values are those of `mem_<id>.csv`, converted to MiB. If no runtime has a guest, the text does not mention guest memory.
 *
 * @param memoryMb the nominal guest memory
 * @throws LabError `RUND_TWO_RUNS` (input) if a dataset holds two runs of one runtime
 */
export function fig05(datasets: readonly Dataset[], memoryMb = 128): Figure {
  const guests = datasets.some(({ runs }) => runs.some(({ config }) => config.guestMemoryExtraMb != null));
  return memoryFigure(datasets, {
    id: "fig-05",
    title: "Figure 5. Memory per sandbox against density",
    values: dataset =>
      memoryValues(dataset)
        .filter(value => value.memoryMb === memoryMb)
        .map(({ density, ...value }) => ({ ...value, panel: memoryMb, x: density })),
    x: guests ? `density (running sandboxes of ${memoryMb} MB)` : "density (running sandboxes)",
    at: xs => `at density ${xs}`,
    panelTitle: null,
    panelWords: () => (guests ? ` with ${memoryMb} MB guests` : ""),
    of: runtime => `mem_${runtime}.csv, row ${memoryMb}`,
  });
}

/**
 * Draws Figure 11: memory per sandbox against guest memory, a panel per density; the rest is as in `fig05`.
 *
 * @throws LabError `RUND_TWO_RUNS` (input) if a dataset holds two runs of one runtime
 */
export function fig11(datasets: readonly Dataset[]): Figure {
  return memoryFigure(datasets, {
    id: "fig-11",
    title: "Figure 11. Memory per sandbox by guest memory",
    values: dataset => memoryValues(dataset).map(value => ({ ...value, panel: value.density, x: value.memoryMb })),
    x: "nominal guest memory (MB)",
    at: xs => `with ${xs} MB guests`,
    panelTitle: density => `density ${density}`,
    panelWords: density => ` at density ${density}`,
    of: runtime => `mem_${runtime}.csv, by column`,
  });
}

/**
 * Draws Figure 12: memory per sandbox against density, a panel per guest memory; the rest is as in `fig05`.
 *
 * @throws LabError `RUND_TWO_RUNS` (input) if a dataset holds two runs of one runtime
 */
export function fig12(datasets: readonly Dataset[]): Figure {
  return memoryFigure(datasets, {
    id: "fig-12",
    title: "Figure 12. Memory per sandbox by density",
    values: dataset => memoryValues(dataset).map(value => ({ ...value, panel: value.memoryMb, x: value.density })),
    x: "density (sandboxes running)",
    at: xs => `at density ${xs}`,
    panelTitle: memory => `${memory} MB guests`,
    panelWords: memory => ` with ${memory} MB guests`,
    of: runtime => `mem_${runtime}.csv, by row`,
  });
}

interface MemoryFigure {
  readonly id: string;
  readonly title: string;
  readonly values: (dataset: Dataset) => readonly PlottedValue[];
  readonly x: string;
  readonly at: (xs: string) => string;
  /** Null for a figure with one panel. */
  readonly panelTitle: ((panel: number) => string) | null;
  readonly panelWords: (panel: string) => string;
  readonly of: (runtime: string) => string;
}

function memoryFigure(datasets: readonly Dataset[], wanted: MemoryFigure): Figure {
  const { id, title, at, panelTitle, panelWords } = wanted;
  const all: readonly DatasetValues[] = datasets.map(dataset => ({ dataset, values: wanted.values(dataset) }));
  const panels = distinct(all.flatMap(({ values }) => values.map(value => value.panel)));
  const absent = absentIn(all, "memory measurement for this figure");
  const base = { id, title, sources: sourcesOf(all, "memory", wanted.of) };
  if (panels.length === 0) return emptyFigure(base, absent);
  const ticks = ticksOf(all);
  const series = (panel: number) => seriesOf(all, { panel, at, format: formatMiB, counted: "repeats" });
  const { plot, unshown } = lineChart({
    title,
    x: { title: wanted.x, ticks },
    panels: panels.map(panel => ({
      ...(panelTitle === null ? {} : { title: panelTitle(panel) }),
      y: { title: "memory per sandbox (MiB)" },
      series: series(panel),
    })),
    columns: panelTitle === null ? 1 : 2,
    panelHeight: panelTitle === null ? 320 : 170,
  });
  const described = panelTitle === null ? panels : distinct([panels[0]!, panels[panels.length - 1]!]);
  return {
    ...base,
    finding: sentences(
      lowestInWords(
        datasets,
        described.map(panel => ({ of: `memory per sandbox${panelWords(String(panel))}`, series: series(panel) })),
        { at, format: formatMiB },
      ),
      absent,
    ),
    caption: sentences(
      "Sum of the proportional set size (PSS) over a runtime's processes, divided by the number of sandboxes.",
      all.some(({ values }) => values.some(({ low }) => low !== undefined))
        ? "Bars: 10th to 90th percentile of a campaign's repeats; a cell with one snapshot has no bar."
        : "There are no error bars, because each cell has only one snapshot.",
      gapsIn(all, (own, xs) => `${panelWords(own).trim()} ${at(xs)}`),
      scopeIn(datasets),
      zeros(unshown),
    ),
    plot,
  };
}

/** Returns every cell of the memory tables, in MiB. */
const memoryValues = (dataset: Dataset) =>
  memoryGroups(dataset).map(({ runtime, memoryMb, density, pssKiB, pssesKiB }) => ({
    runtime,
    memoryMb,
    density,
    y: pssKiB === null ? null : pssKiB / 1024,
    ...spread(pssesKiB.map(kib => kib / 1024)),
  }));
