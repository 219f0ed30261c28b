import { LabError } from "../../model/errors.js";
import { byText } from "../../model/order.js";
import type { RuntimeColour } from "../../model/runtimes.js";
import type { Confound } from "../confounds.js";
import type { Dataset } from "../datasets/dataset.js";
import { byGrid } from "../grid-order.js";
import { colourIn, labelIn } from "../label-in.js";
import type { Interval } from "../stats/index.js";
import { type CellPlace, type Metric, placeKey, samplesByPlace } from "./cells.js";
import { type Comparison, changedBy, compare } from "./compare.js";
import type { Side } from "./contrast.js";
import type { DifferentDefinitions } from "./definitions.js";

/** A change of one cell at which the gate (`--fail-on`) would have fired. */
export interface HistoryChange {
  /** Index of the campaign at which the change was seen, and of the one that it was compared with; the first is 0. */
  readonly at: number;
  readonly since: number;
  /** Slower fires the gate; faster is the same rule in the other direction. For CPU and memory: more and less. */
  readonly direction: "faster" | "slower";
  readonly ratio: number | null;
  /** The ratio's interval, corrected for all cells of the metric; null if cold starts failed. */
  readonly interval: Interval | null;
  /** Other differences between the two campaigns. */
  readonly confounds: readonly Confound[];
}

/** One cell over many campaigns. */
export interface CellHistory extends CellPlace {
  /** The label of the runtime. */
  readonly label: string;
  /** The colour that the runtime's declaration names; null if it names none. */
  readonly colour: RuntimeColour | null;
  /** The value of each campaign, in their order; null for a campaign without this cell. */
  readonly values: readonly (Side | null)[];
  readonly changes: readonly HistoryChange[];
}

/** One metric over many campaigns, in the order of time. */
export interface History {
  readonly metric: Metric;
  /** The gate's share: 0.05 for `slower:5%`. */
  readonly share: number;
  readonly campaigns: readonly { readonly name: string; readonly path: string; readonly startedAt: string | null }[];
  /** Cells that two or more campaigns have, in the grid's order. */
  readonly cells: readonly CellHistory[];
}

/** The options of a history: its metric, rule and runtimes. */
export interface HistoryOptions {
  readonly metric?: Metric;
  /** If omitted, all runtimes. */
  readonly runtimes?: readonly string[];
  readonly share?: number;
  readonly allowReplay?: boolean;
}

/**
 * Returns a metric over many campaigns, with the changes at which the gate would have fired. Each campaign is compared with the
 * first one after the cell's last change, so that a slow drift is found as well as a step.
 *
 * Campaigns are ordered by their start times if all have one; otherwise they keep the given order.
 *
 * @throws LabError like `compare`; `RUND_DEFINITIONS` if two campaigns measure different things
 */
export function history(datasets: readonly Dataset[], options: HistoryOptions = {}): History {
  const { metric = "time", runtimes, share = 0.05, allowReplay = false } = options;
  const ordered = inTime(datasets);
  const runs = ordered.flatMap(each => each.runs);
  const samples = ordered.map(samplesByPlace);
  const wanted = (place: CellPlace) =>
    place.metric === metric && (runtimes === undefined || runtimes.includes(place.runtime));
  const places = new Map(
    samples.flatMap(each => [...each].flatMap(([key, { place }]) => (wanted(place) ? [[key, place] as const] : []))),
  );
  const compared = new Map<string, Comparison>();
  const between = (since: number, at: number): Comparison => {
    const key = `${since}/${at}`;
    const found = compared.get(key) ?? compare(ordered[since]!, ordered[at]!, { tolerance: share, allowReplay });
    compared.set(key, found);
    return found;
  };
  const cells = [...places].flatMap(([key, place]): CellHistory[] => {
    const having = samples.flatMap((each, index) => (each.has(key) ? [index] : []));
    if (having.length < 2) return [];
    const values = new Array<Side | null>(ordered.length).fill(null);
    const changes: HistoryChange[] = [];
    let since = having[0]!;
    for (const at of having.slice(1)) {
      const { cells, confounds, definitions } = between(since, at);
      if (definitions !== null) throw unlike(ordered[at]!.name, definitions);
      const own = cells.find(cell => placeKey(cell) === key)!;
      values[since] ??= own.a;
      values[at] = own.b;
      const direction = changedBy(own, share);
      if (direction === null) continue;
      changes.push({ at, since, direction, ratio: own.ratio, interval: own.correctedInterval, confounds });
      since = at;
    }
    return [
      { ...place, label: labelIn({ runs }, place.runtime), colour: colourIn({ runs }, place.runtime), values, changes },
    ];
  });
  return {
    metric,
    share,
    campaigns: ordered.map(({ name, path, runs }) => ({ name, path, startedAt: beginning(runs) })),
    cells: cells.sort((a, b) => byGrid(a, b) || (a.memory ?? 0) - (b.memory ?? 0)),
  };
}

const unlike = (where: string, { a, b }: DifferentDefinitions) =>
  new LabError("RUND_DEFINITIONS", "input", "a history needs campaigns that measure the same thing", {
    where,
    expected: a,
    found: b,
    hint: "name only campaigns that measure the time between the same two events",
  });

const beginning = (runs: Dataset["runs"]): string | null =>
  runs.flatMap(({ startedAt }) => startedAt ?? []).sort()[0] ?? null;

function inTime(datasets: readonly Dataset[]): readonly Dataset[] {
  const dated = datasets.map(dataset => ({ dataset, at: beginning(dataset.runs) }));
  if (dated.some(({ at }) => at === null)) return datasets;
  return dated.sort((a, b) => byText(a.at!, b.at!)).map(({ dataset }) => dataset);
}
