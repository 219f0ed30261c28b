import type { ArrivalWindow, Dataset } from "../../../analysis/datasets/dataset.js";
import { labelIn } from "../../../analysis/label-in.js";
import { aliveSpans, inFlightSpans, meanLevels, rateResults } from "../../../analysis/rates/index.js";
import { mean } from "../../../analysis/stats/mean.js";
import { counted } from "../../../model/counted.js";
import { lineChart, type Panel } from "../drawing/chart.js";
import type { Figure } from "../drawing/figure.js";
import { emptyFigure } from "../drawing/look.js";
import { distinct, runtimesOf, scopeIn, sourcesBy, withDatasetName } from "../drawing/series.js";
import { digits, plain, sentences } from "../drawing/text.js";
import type { Series } from "../drawing/trace.js";

/** Number of parts of a window, each of which is a point. */
const parts = 60;

/** Maximum number of rates of one runtime that are drawn, because more lines cannot be told apart. */
const mostRates = 6;

const quantities = [
  { name: "in flight", spansOf: inFlightSpans },
  { name: "alive", spansOf: aliveSpans },
] as const;

/**
 * Draws starts in flight and live sandboxes over the time of a window: two panels for each runtime, a line for each offered
 * rate. A point is the mean of a sixtieth of the window, over all windows at that rate.
 */
export function levelsFigure(datasets: readonly Dataset[]): Figure {
  const title = "Starts in flight, and sandboxes alive";
  const windows = datasets.flatMap(({ arrivals = [] }) => arrivals);
  const sources = datasets.flatMap(dataset => sourcesBy(dataset, dataset.arrivals ?? [], "arrivals.csv"));
  const base = { id: "levels", title, sources };
  if (windows.length === 0) return emptyFigure(base, "No open loop was measured.");
  const panels = runtimesOf(windows).flatMap(runtime =>
    quantities.map(({ name, spansOf }): Panel => {
      const series = datasets.flatMap((dataset, index) => lines(dataset, index, runtime, spansOf, datasets.length));
      const label = labelIn(datasets.find(({ arrivals }) => arrivals?.some(own => own.runtime === runtime))!, runtime);
      return { title: `${label}: ${name}`, y: { title: "", scale: "linear" }, series };
    }),
  );
  const { plot } = lineChart({
    title,
    x: { title: "seconds of the window", scale: "linear" },
    panels,
    columns: 1,
    panelHeight: 120,
    labels: "line",
  });
  return {
    ...base,
    plot,
    finding: sentences(...datasets.flatMap(findings)),
    caption: sentences(
      "Each line is one rate; the number at its end is in starts per second. Each point is the mean over a sixtieth of the window. A sandbox is alive from its request until it is removed.",
      runtimesOf(windows).some(runtime => ratesOf(windows, runtime).length > mostRates)
        ? "At most six rates of a runtime are drawn."
        : "",
      scopeIn(datasets, "requests on a schedule"),
    ),
  };
}

/** Returns the lines of one dataset in the panel of a runtime. */
function lines(
  dataset: Dataset,
  index: number,
  runtime: string,
  spansOf: typeof aliveSpans,
  datasets: number,
): readonly Series[] {
  const { arrivals = [] } = dataset;
  return drawnRates(arrivals, runtime).map(rate => {
    const own = arrivals.filter(window => window.runtime === runtime && window.rate === rate);
    const levels = own.map(window => meanLevels(spansOf(window), window.durationMs, parts));
    const called = rate === null ? "trace" : `${rate}/s`;
    const label = withDatasetName(called, dataset, datasets);
    const points = Array.from({ length: parts }, (_, part) => {
      const x = ((part + 0.5) * own[0]!.durationMs) / parts / 1000;
      const y = mean(levels.map(each => each[part]!));
      return { x, y, hover: `<b>${plain(label)}</b> after ${digits(x)} s: ${digits(y)}` };
    });
    return { label, runtime: called, colour: null, dataset: index, points, marks: false };
  });
}

/** Returns the rates of a runtime that are drawn, evenly selected, including the lowest and the highest. */
function drawnRates(windows: readonly ArrivalWindow[], runtime: string): readonly (number | null)[] {
  const rates = ratesOf(windows, runtime);
  if (rates.length <= mostRates) return rates;
  return Array.from({ length: mostRates }, (_, n) => rates[Math.round((n * (rates.length - 1)) / (mostRates - 1))]!);
}

/** Returns the rates of a runtime, ascending; null stands for a trace at its own rate. */
function ratesOf(windows: readonly ArrivalWindow[], runtime: string): readonly (number | null)[] {
  const rates = windows.flatMap(window => (window.runtime === runtime ? [window.rate] : []));
  return rates.includes(null) ? [null] : distinct(rates.flatMap(rate => rate ?? []));
}

/** Returns the maximum numbers of starts in flight and of live sandboxes at the highest rate of each runtime, in words. */
function findings(dataset: Dataset): readonly string[] {
  const results = rateResults(dataset.arrivals ?? [], null);
  return runtimesOf(results).map(runtime => {
    const { rate, inFlight, alive } = results.findLast(result => result.runtime === runtime)!;
    const at = rate === null ? "in the trace" : `at ${counted(rate, "start")} a second`;
    return `${labelIn(dataset, runtime)} ${at}: up to ${counted(inFlight.most, "start")} in flight and ${counted(alive.most, "sandbox")} alive.`;
  });
}
