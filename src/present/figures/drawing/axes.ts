import type { Json } from "./plotly.js";
import { faint } from "./style.js";

/** The properties of an axis. Its range is computed here, so that labels can be placed by it. */
export interface Axis {
  readonly title: string;
  /** By default logarithmic if the largest value is more than 20 times the smallest. */
  readonly scale?: "log" | "linear";
  /** Measured values for ticks; by default Plotly chooses. */
  readonly ticks?: readonly number[];
  /** The range of a linear axis; by default from 0 to the largest value. */
  readonly span?: readonly [from: number, to: number];
}

/** An axis with its computed range, in log10 for a logarithmic scale, as Plotly needs it. */
export interface SettledAxis extends Axis {
  readonly scale: "log" | "linear";
  readonly range: readonly [from: number, to: number];
}

/** Chooses scale and range so that all values and all ends of error bars are inside. */
export function settle(axis: Axis, values: readonly number[]): SettledAxis {
  const positive = values.filter(value => value > 0);
  const largest = Math.max(...positive, -Infinity);
  const smallest = Math.min(...positive, Infinity);
  const wanted = axis.scale ?? (largest > 20 * smallest ? "log" : "linear");
  if (wanted === "log" && positive.length > 0) {
    const [from, to] = [Math.log10(smallest), Math.log10(largest)];
    const room = Math.max(0.06 * (to - from), 0.04);
    return { ...axis, scale: "log", range: [from - room, to + room] };
  }
  if (axis.span !== undefined) return { ...axis, scale: "linear", range: axis.span };
  const least = Math.min(0, ...values);
  const most = Math.max(0, ...values) || 1;
  return { ...axis, scale: "linear", range: [least * 1.06, most * 1.06] };
}

/**
 * Returns the position of a value on an axis, as a share of its length; outside 0 … 1 if the value is out of range.
 *
 * @example placeOn({ title: "", scale: "log", range: [0, 2] }, 10) // 0.5
 */
export function placeOn({ scale, range: [from, to] }: SettledAxis, value: number): number {
  return ((scale === "log" ? Math.log10(value) : value) - from) / (to - from);
}

/** Whether an axis can show a value; a logarithmic one cannot show zero. */
export const shows = (axis: SettledAxis, value: number): boolean => axis.scale === "linear" || value > 0;

/**
 * Returns an axis in Plotly's form.
 *
 * @param narrow its length in pixels on a phone, where tick labels must fit
 * @param label length along the axis, in pixels, of a tick label that Plotly chooses
 */
export function plotlyAxis(axis: SettledAxis, narrow: number, label: number): Record<string, Json> {
  if (axis.ticks !== undefined) {
    const ticks = thinned(axis.ticks, axis, narrow);
    return { type: axis.scale, range: axis.range, tickvals: ticks, ticktext: ticks.map(String), tickangle: 0 };
  }
  const decades = axis.range[1] - axis.range[0];
  // a label at 1, 2 and 5 of each decade, or at each decade; within a decade, and on linear axes, Plotly chooses
  const step =
    axis.scale === "linear" || decades < 1
      ? { nticks: Math.max(2, Math.min(6, Math.floor(narrow / label))) }
      : { dtick: narrow / decades / 3 >= label ? "D2" : 1 };
  const between = { dtick: "D1", ticks: "outside", ticklen: 2, tickcolor: faint };
  const minor = axis.scale === "log" && decades >= 1 ? { minor: between } : {};
  return { type: axis.scale, range: axis.range, tickformat: ",", tickangle: 0, ...step, ...minor };
}

/** Returns the ticks whose labels do not touch each other, always including the last. */
function thinned(ticks: readonly number[], axis: SettledAxis, narrow: number): readonly number[] {
  const kept: number[] = [];
  for (const tick of [...ticks].sort((a, b) => b - a)) {
    if (!shows(axis, tick)) continue;
    const next = kept[0];
    const apart = next === undefined ? Infinity : (placeOn(axis, next) - placeOn(axis, tick)) * narrow;
    if (apart >= 4 + (7 * (String(next).length + String(tick).length)) / 2) kept.unshift(tick);
  }
  return kept;
}
