import type { Dataset } from "../../analysis/datasets/dataset.js";
import { type StartGroup, startGroups } from "../../analysis/groups.js";
import { lineChart } from "./drawing/chart.js";
import type { Figure } from "./drawing/figure.js";
import { emptyFigure } from "./drawing/look.js";
import { lowestInWords } from "./drawing/lowest-in-words.js";
import {
  absentIn,
  type DatasetValues,
  gapsIn,
  type PlottedValue,
  scopeIn,
  seriesOf,
  sourcesOf,
  spread,
  ticksOf,
} from "./drawing/series.js";
import { formatMs, sentences, zeros } from "./drawing/text.js";

/**
 * Draws Figure 10: makespan and CPU per sandbox against concurrency, a panel each, a line per runtime and dataset. The
 * values are those of `time.csv` and `cpu.csv`; bars reach from the 10th to the 90th percentile of the rounds.
 *
 * @throws LabError `RUND_TWO_RUNS` (input) if a dataset holds two runs of one runtime
 */
export function fig10(datasets: readonly Dataset[]): Figure {
  const title = "Figure 10. Makespan and CPU by concurrency";
  const time = byConcurrency(datasets, ({ makespanMs, makespansMs }) => ({ y: makespanMs, ...spread(makespansMs) }));
  const cpu = byConcurrency(datasets, ({ cpuMs, cpusMs }) => ({ y: cpuMs, ...spread(cpusMs) }));
  const at = (xs: string) => `at concurrency ${xs}`;
  const makespans = seriesOf(time, { at, format: formatMs });
  const ticks = ticksOf(time);
  const absent = absentIn(time, "concurrency campaign");
  const base = {
    id: "fig-10",
    title,
    sources: [
      ...sourcesOf(time, "time", runtime => `time.csv, row ${runtime}`),
      ...sourcesOf(cpu, "time", runtime => `cpu.csv, row ${runtime}`),
    ],
  };
  if (makespans.length === 0) return emptyFigure(base, absent);
  const cpus = seriesOf(cpu, { at, format: formatMs });
  const { plot, unshown } = lineChart({
    title,
    x: { title: "concurrency (sandboxes started at once)", ticks },
    panels: [
      { y: { title: "makespan (ms)" }, series: makespans },
      { y: { title: "CPU per sandbox (ms)" }, series: cpus },
    ],
    columns: 1,
    panelHeight: 250,
  });
  return {
    ...base,
    finding: sentences(
      lowestInWords(
        datasets,
        [
          { of: "makespan", series: makespans },
          { of: "CPU per sandbox", series: cpus },
        ],
        { at, format: formatMs },
      ),
      absent,
    ),
    caption: sentences(
      "Top: mean makespan over the rounds; a makespan is the time from a round's first request to its last ready sandbox. Bottom: CPU time of the whole host during a round, divided by the concurrency. Bars: 10th to 90th percentile of the rounds.",
      gapsIn(time, (_, xs) => at(xs)),
      scopeIn(datasets),
      zeros(unshown),
    ),
    plot,
  };
}

const byConcurrency = (
  datasets: readonly Dataset[],
  measured: (group: StartGroup) => Pick<PlottedValue, "y" | "low" | "high" | "n">,
): readonly DatasetValues[] =>
  datasets.map(dataset => ({
    dataset,
    values: startGroups(dataset)
      .filter(({ experiment }) => experiment === "time")
      .map(group => ({ runtime: group.runtime, x: group.concurrency, panel: 0, ...measured(group) })),
  }));
