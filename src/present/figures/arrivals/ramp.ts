import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { labelIn } from "../../../analysis/label-in.js";
import { counted } from "../../../model/counted.js";
import { lineChart } from "../drawing/chart.js";
import type { Figure } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { type DatasetValues, scopeIn, seriesOf, sourcesOf } from "../drawing/series.js";
import { formatMs, sentences } from "../drawing/text.js";
import type { Series } from "../drawing/trace.js";

/** The rules that end a ramp, in words. */
const ruleInWords = {
  asked: "the requested number was reached",
  failed: "a start failed",
  latency: "a step's p99 was too long",
  headroom: "the next step would have come too close to a limit",
  pressure: "tasks waited for memory",
  swap: "pages were swapped in",
} as const;

/**
 * Draws ramps: decrease of available memory, p99 of a step's cold starts and memory pressure against the density, a panel each. A
 * circle marks the step at which a rule stopped the ramp. If a runtime has several ramps, the last is drawn.
 */
export function rampFigure(datasets: readonly Dataset[]): Figure {
  const id = "ramp";
  const title = "Ramps until a rule stops them";
  const ramps = datasets.map(dataset => ({
    dataset,
    own: [...new Map((dataset.fits ?? []).map(ramp => [ramp.runtime, ramp])).values()],
  }));
  const all = ramps.map(
    ({ dataset, own }): DatasetValues => ({
      dataset,
      values: own.flatMap(({ runtime, hostBefore, steps }) =>
        steps.flatMap(({ density, host, latencyP99Ms, memoryPressure }) => {
          const usedMiB = (hostBefore.memAvailableKiB - host.memAvailableKiB) / 1024;
          const ys = [usedMiB, latencyP99Ms, memoryPressure];
          return ys.map((y, panel) => ({ runtime, x: density, panel, y }));
        }),
      ),
    }),
  );
  const base = { id, title, sources: sourcesOf(all, "fit", () => "fit.csv") };
  if (all.every(({ values }) => values.length === 0)) return emptyFigure(base, "No ramp was measured.");
  const at = (x: string) => `at ${x} sandboxes`;
  const panels = [
    {
      title: "decrease of available memory",
      y: { title: "MiB", scale: "linear" },
      format: (y: number) => `${y.toFixed(0)} MiB`,
    },
    { title: "p99 of a step's cold starts", y: { title: "ms" }, format: formatMs },
    {
      title: "memory pressure (some, 10 s)",
      y: { title: "%", scale: "linear" },
      format: (y: number) => `${y.toFixed(1)} %`,
    },
  ] as const;
  const { plot } = lineChart({
    title,
    x: { title: "sandboxes", scale: "linear" },
    panels: panels.map(({ title, y, format }, panel) => ({
      title,
      y,
      series: seriesOf(all, { panel, at, format, gaps: false }).map(stopMarked),
    })),
    columns: 1,
    panelHeight: 170,
  });
  return {
    ...base,
    finding: sentences(
      ...ramps.flatMap(({ dataset, own }) =>
        own.map(
          ({ runtime, fits, rule }) =>
            `${labelIn(dataset, runtime)}: ${counted(fits, "sandbox")}; ${ruleInWords[rule]}.`,
        ),
      ),
    ),
    caption: sentences(
      "Sandboxes are added in steps until a rule stops the ramp; a circle marks that step.",
      scopeIn(datasets, "ten requests at a time"),
    ),
    plot,
  };
}

/** Returns the series with a circle around its last point, which is the step at which the ramp stopped. */
const stopMarked = (series: Series): Series => ({
  ...series,
  points: series.points.map((point, index) =>
    index === series.points.length - 1 ? { ...point, circled: true } : point,
  ),
});
