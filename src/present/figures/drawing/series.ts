import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { colourIn, labelIn } from "../../../analysis/label-in.js";
import { ascending, quantileR7 } from "../../../analysis/stats/quantile.js";
import type { End } from "../../../model/end.js";
import type { Experiment } from "../../../model/experiment.js";
import { byRuntime } from "../../../model/runtimes.js";
import type { SeriesSource } from "./figure.js";
import { clipped, listed, plain, ranges, sentences } from "./text.js";
import type { Point, Series } from "./trace.js";

/** One value of a table, for a figure. */
export interface PlottedValue {
  readonly runtime: string;
  readonly x: number;
  /** The panel to which it belongs; 0 in a figure with one panel. */
  readonly panel: number;
  readonly y: number | null;
  readonly low?: number;
  readonly high?: number;
  /** The number of values in the mean, usually of rounds; 1 for a snapshot. */
  readonly n?: number;
}

/** The values of one dataset. */
export interface DatasetValues {
  readonly dataset: Dataset;
  readonly values: readonly PlottedValue[];
}

/**
 * Groups one panel's values into series: runtimes in their usual order, the first dataset's before the second's. If several
 * datasets are shown, each series contains its dataset's name.
 *
 * @param gaps whether a line has a gap where its runtime was not measured but at least half of the runtimes were; by default
 * true
 * @param counted the noun for the number of values in a mean
 */
export function seriesOf(
  all: readonly DatasetValues[],
  {
    panel = 0,
    at,
    format,
    gaps = true,
    counted = "rounds",
  }: {
    panel?: number;
    at: (x: string) => string;
    format: (y: number) => string;
    gaps?: boolean;
    counted?: "rounds" | "repeats";
  },
): readonly Series[] {
  return all.flatMap(({ dataset, values }, index) => {
    const own = values.filter(value => value.panel === panel);
    return runtimesOf(own).map((runtime): Series => {
      const measured = new Map(own.filter(value => value.runtime === runtime).map(value => [value.x, value]));
      const points = distinct([...measured.keys(), ...(gaps ? gridOf(values, panel) : [])]).map(
        (x): Omit<PlottedValue, "runtime" | "panel"> => measured.get(x) ?? { x, y: null },
      );
      return {
        label: seriesLabel(runtime, dataset, all.length),
        runtime,
        colour: colourIn(dataset, runtime),
        dataset: index,
        points: points.map(({ x, y, low, high, n }): Point => {
          const bar =
            low === undefined || high === undefined
              ? ""
              : `<br>10th–90th percentile of ${n} ${counted}: ${format(low)} – ${format(high)}`;
          const hover = `<b>${plain(labelIn(dataset, runtime))}</b> ${at(String(x))}: ${y === null ? "not measured" : format(y)}${bar}<br>${plain(dataset.name)}`;
          return { x, y, ...(low !== undefined && high !== undefined ? { low, high } : {}), hover };
        }),
      };
    });
  });
}

/** Returns a runtime's name in a figure; see `withDatasetName`. */
export const seriesLabel = (runtime: string, dataset: Dataset, datasets: number): string =>
  withDatasetName(labelIn(dataset, runtime), dataset, datasets);

/** Returns the name of a series, followed by that of its dataset if the figure shows several. A long name is shortened in the middle. */
export function withDatasetName(name: string, dataset: Pick<Dataset, "name">, datasets: number): string {
  if (datasets === 1) return name;
  const whole = `${name} · ${dataset.name}`;
  return whole.length <= 32 ? whole : `${clipped(name, 15)} · ${clipped(dataset.name, 14)}`;
}

/** Returns the origin of one dataset's series, a series for each runtime of the rows. */
export const sourcesBy = (
  dataset: Dataset,
  rows: readonly { readonly runtime: string; readonly run: string }[],
  values: string,
): readonly SeriesSource[] =>
  [...new Set(rows.map(({ runtime }) => runtime))].map(runtime => ({
    series: labelIn(dataset, runtime),
    dataset: dataset.name,
    runtime,
    runs: [...new Set(rows.filter(row => row.runtime === runtime).map(({ run }) => run))],
    values,
  }));

/** Returns the origin of each series of a figure; see SeriesSource. */
export function sourcesOf(
  all: readonly DatasetValues[],
  experiment: Experiment,
  table: (runtime: string) => string,
): readonly SeriesSource[] {
  return all.flatMap(({ dataset, values }) =>
    runtimesOf(values).map(runtime => ({
      series: all.length === 1 ? labelIn(dataset, runtime) : `${labelIn(dataset, runtime)} · ${dataset.name}`,
      dataset: dataset.name,
      runtime,
      runs: dataset.runs.filter(run => run.experiment === experiment && run.runtime === runtime).map(run => run.run),
      values: table(runtime),
    })),
  );
}

/**
 * Returns the places of a figure's grid that a runtime lacks: "Not measured: Kata-QEMU at concurrency 300–400." Empty if nothing
 * is missing. The grid consists of the places at which at least half of a dataset's runtimes were measured.
 *
 * @param where returns the missing panels and places in words
 */
export function gapsIn(all: readonly DatasetValues[], where: (panels: string, xs: string) => string): string {
  const parts = all.map(({ dataset, values }) => {
    const runtimes = runtimesOf(values);
    const panels = distinct(values.map(value => value.panel));
    const missing = runtimes.flatMap(runtime => {
      const lacking = new Map<string, number[]>();
      for (const panel of panels) {
        const xs = gridOf(values, panel);
        const gaps = xs.filter(x => !has(values, runtime, panel, x));
        const words = ranges(gaps, xs);
        if (gaps.length > 0) lacking.set(words, [...(lacking.get(words) ?? []), panel]);
      }
      const places = [...lacking].map(([xs, own]) => where(ranges(own, panels), xs));
      return places.length === 0 ? [] : `${labelIn(dataset, runtime)} ${places.join(", ")}`;
    });
    return missing.length === 0
      ? ""
      : `Not measured${all.length === 1 ? "" : ` in ${dataset.name}`}: ${missing.join("; ")}.`;
  });
  return sentences(...parts);
}

/**
 * Returns the places of a panel at which at least half of a dataset's runtimes have a value; any other runtime has a gap there.
 */
function gridOf(values: readonly PlottedValue[], panel: number): readonly number[] {
  const runtimes = runtimesOf(values);
  return distinct(values.filter(value => value.panel === panel).map(value => value.x)).filter(
    x => 2 * runtimes.filter(runtime => has(values, runtime, panel, x)).length >= runtimes.length,
  );
}

const has = (values: readonly PlottedValue[], runtime: string, panel: number, x: number): boolean =>
  values.some(value => value.runtime === runtime && value.panel === panel && value.x === x && value.y !== null);

/** Returns the distinct numbers, ascending. */
export const distinct = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b);

/** Returns the 10th and 90th percentile (R-7) of at least two values, as the ends of an error bar. */
export function spread(values: readonly number[]): {
  readonly low?: number;
  readonly high?: number;
  readonly n: number;
} {
  if (values.length < 2) return { n: values.length };
  const sorted = ascending(values);
  return { low: quantileR7(sorted, 0.1), high: quantileR7(sorted, 0.9), n: values.length };
}

/** Returns the places on the x axis of all values, ascending. */
export const ticksOf = (all: readonly DatasetValues[]): readonly number[] =>
  distinct(all.flatMap(({ values }) => values.map(({ x }) => x)));

/** Returns the runtimes that have a value, in their usual order. */
export const runtimesOf = (values: readonly { readonly runtime: string }[]): readonly string[] =>
  [...new Set(values.map(value => value.runtime))].sort(byRuntime);

/** Returns the datasets that have nothing for a figure, in words; empty if each has something. */
export function absentIn(all: readonly DatasetValues[], what: string): string {
  const absent = all.filter(({ values }) => values.every(value => value.y === null)).map(({ dataset }) => dataset.name);
  return absent.length === 0 ? "" : `No ${what} in ${listed(absent)}.`;
}

/**
 * Returns the caption's words for values that are not the recorded artifact's: the conditions under which they were measured, or
 * that they were replayed. Empty if there are none.
 *
 * @param requests how sandboxes were requested
 */
export function scopeIn(datasets: readonly Dataset[], requests = "all requests of a round at once"): string {
  const named = (wanted: (run: Dataset["runs"][number]) => boolean) =>
    listed(datasets.filter(({ runs }) => runs.some(wanted)).map(({ name }) => plain(name)));
  const fresh = named(({ campaign, replayed }) => campaign !== null && !replayed);
  const replayed = named(run => run.replayed);
  const own = datasets.flatMap(({ runs }) => runs.filter(run => run.campaign !== null && !run.replayed));
  const started = [...new Set(own.map(startedIn))].join("; or ");
  return sentences(
    fresh === "" ? "" : `Our own measurement (${fresh}): ${started}, image already on the disk, ${requests}.`,
    replayed === "" ? "" : `Replayed, not measured: ${replayed}.`,
  );
}

/** Returns in words what a run of our own started, and the end of its cold starts. */
function startedIn({ config }: Dataset["runs"][number]): string {
  if (config.kubernetes !== undefined) return "pods on a Kubernetes cluster";
  const network = config.network === "pod" ? "pod network" : "host network";
  const { until = "sandbox" } = config;
  if (until !== "sandbox")
    return `sandboxes with a container, a cold start ends at ${endWords[until as keyof typeof endWords]}, ${network}`;
  return `sandboxes ${config.withContainer === true ? "with a container" : "without containers"}, ${network}`;
}

const endWords: Readonly<Record<Exclude<End, "sandbox">, string>> = {
  container: "the container's start",
  output: "the process's first line",
  response: "the process's first answer",
};
