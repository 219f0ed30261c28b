import { listed, ranges } from "./text.js";
import type { Series } from "./trace.js";

/**
 * What lines of "lower is better" show, in words: whose is lowest where, and everybody's value at the last place that most
 * of them share.
 *
 * @param of the quantity, within a sentence: "makespan"
 * @param at a place on the x axis, within a sentence: "at concurrency 200"
 */
export function lowestInWords(
  all: readonly Series[],
  { of, at, format }: { of: string; at: (xs: string) => string; format: (y: number) => string },
): string {
  const series = all.filter(one => one.points.some(point => point.y !== null));
  const [only] = series;
  if (only === undefined) return "";
  const value = (one: Series, x: number) => one.points.find(point => point.x === x)?.y ?? null;
  const xs = [...new Set(series.flatMap(one => one.points.map(point => point.x)))].sort((a, b) => a - b);
  if (series.length === 1) {
    const measured = xs.filter(x => value(only, x) !== null);
    const ends = [...new Set([measured[0]!, measured[measured.length - 1]!])];
    return `${only.label} has a ${of} of ${listed(ends.map(x => `${format(value(only, x)!)} ${at(String(x))}`))}.`;
  }
  const count = (x: number) => series.filter(one => value(one, x) !== null).length;
  const shared = xs.filter(x => count(x) > 1);
  const lowest = new Map<Series, number[]>();
  for (const x of shared) {
    const best = series.reduce((a, b) => ((value(b, x) ?? Infinity) < (value(a, x) ?? Infinity) ? b : a));
    lowest.set(best, [...(lowest.get(best) ?? []), x]);
  }
  const leaders = [...lowest].map(
    ([one, where], index) => `${one.label}${index === 0 ? ` has the lowest ${of}` : ""} ${at(ranges(where, shared))}`,
  );
  const most = Math.max(...xs.map(count));
  const last = xs.findLast(x => count(x) === most)!;
  const values = series
    .filter(one => value(one, last) !== null)
    .sort((a, b) => value(a, last)! - value(b, last)!)
    .map(one => `${one.label} ${format(value(one, last)!)}`);
  const where = at(String(last));
  const lead = leaders.length === 0 ? "" : `${listed(leaders)}. `;
  return `${lead}${where[0]?.toUpperCase()}${where.slice(1)}: ${values.join(", ")}.`;
}
