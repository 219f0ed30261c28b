import type { Dataset } from "../../../analysis/datasets/dataset.js";
import { labelIn } from "../../../analysis/label-in.js";
import { listed, ranges, sentences } from "./text.js";
import type { Series } from "./trace.js";

/** The words for a figure's places and values. */
interface Words {
  /** A place on the x axis, within a sentence: "at concurrency 200". */
  readonly at: (xs: string) => string;
  readonly format: (y: number) => string;
}

/**
 * Returns the finding of a figure in which lower is better, for each dataset separately: the lowest line at each place, and the
 * value of every line at the last place that most lines share.
 *
 * @param quantities the plotted quantity within a sentence ("makespan"), and its series
 */
export function lowestInWords(
  datasets: readonly Dataset[],
  quantities: readonly { readonly of: string; readonly series: readonly Series[] }[],
  words: Words,
): string {
  return perDataset(datasets, place =>
    sentences(
      ...quantities.map(({ of, series }) => {
        const own = series.filter(({ dataset, points }) => dataset === place && points.some(({ y }) => y !== null));
        return lowestOf(own, of, { ...words, label: runtime => labelIn(datasets[place]!, runtime) });
      }),
    ),
  );
}

/**
 * Returns the words about each of a figure's datasets; if there are several, with the dataset's name.
 *
 * @param words returns the words for the dataset at an index; empty to leave it out
 * @example perDataset([{ name: "a" }, { name: "b" }], place => `x is ${place}.`) // "In a: x is 0. In b: x is 1."
 */
export function perDataset(datasets: readonly Pick<Dataset, "name">[], words: (place: number) => string): string {
  const parts = datasets.map((_, place) => words(place));
  if (parts.length < 2) return parts[0] ?? "";
  return sentences(...parts.map((part, place) => (part === "" ? "" : `In ${datasets[place]!.name}: ${part}`)));
}

function lowestOf(
  series: readonly Series[],
  of: string,
  { at, format, label }: Words & { readonly label: (runtime: string) => string },
): string {
  const [only] = series;
  if (only === undefined) return "";
  const value = (one: Series, x: number) => one.points.find(point => point.x === x)?.y ?? null;
  const xs = [...new Set(series.flatMap(one => one.points.map(point => point.x)))].sort((a, b) => a - b);
  if (series.length === 1) {
    const measured = xs.filter(x => value(only, x) !== null);
    const ends = [...new Set([measured[0]!, measured[measured.length - 1]!])];
    return `${label(only.runtime)}'s ${of} is ${listed(ends.map(x => `${format(value(only, x)!)} ${at(String(x))}`))}.`;
  }
  const count = (x: number) => series.filter(one => value(one, x) !== null).length;
  const shared = xs.filter(x => count(x) > 1);
  const lowest = new Map<Series, number[]>();
  for (const x of shared) {
    const best = series.reduce((a, b) => ((value(b, x) ?? Infinity) < (value(a, x) ?? Infinity) ? b : a));
    lowest.set(best, [...(lowest.get(best) ?? []), x]);
  }
  const leaders = [...lowest].map(
    ([one, where], index) =>
      `${index === 0 ? "" : ", and "}${label(one.runtime)}${index === 0 ? ` has the lowest ${of}` : ""} ${at(ranges(where, shared))}`,
  );
  const most = Math.max(...xs.map(count));
  const last = xs.findLast(x => count(x) === most)!;
  const values = series
    .filter(one => value(one, last) !== null)
    .sort((a, b) => value(a, last)! - value(b, last)!)
    .map(one => `${label(one.runtime)} ${format(value(one, last)!)}`);
  const where = at(String(last));
  const lead = leaders.length === 0 ? "" : `${leaders.join("")}. `;
  return `${lead}${where[0]?.toUpperCase()}${where.slice(1)}: ${values.join(", ")}.`;
}
