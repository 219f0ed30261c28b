import { LabError } from "../../model/errors.js";
import { type Confound, confoundsBetween, mergeConfounds } from "../confounds.js";
import type { Dataset } from "../datasets/dataset.js";
import type { Interval } from "../stats/bootstrap-t.js";
import { holm } from "../stats/correction.js";
import { type CellPlace, samplesByPlace } from "./cells.js";
import { type Comparative, type Contrast, contrast, type Side, verdictOf } from "./contrast.js";

/** One cell of both campaigns. Values as in `CellPlace.metric`. */
export interface ComparedCell extends CellPlace {
  readonly a: Side;
  readonly b: Side;
  /** Mean of B over mean of A, its 95 % interval, and the interval corrected for all cells of the metric. */
  readonly ratio: number | null;
  readonly interval: Interval | null;
  readonly correctedInterval: Interval | null;
  /** Corrected over the metric's cells by Holm; null where there was nothing to test with. */
  readonly p: number | null;
  readonly verdict: Comparative;
  /** Rounds on either side that an undecided cell would take; null where decided, or where nothing says how many. */
  readonly roundsNeeded: number | null;
  readonly method: Contrast["method"];
  readonly caveat: string | null;
}

/**
 * Two datasets set against each other: what differs besides the runtimes, every cell they share, and what that adds up
 * to.
 */
export interface Comparison {
  /** The datasets' names. */
  readonly a: string;
  readonly b: string;
  /** Two cells are the same within this share. */
  readonly tolerance: number;
  /** One of the runs was replayed, not measured: a rehearsal shows that the tools work, nothing about runtimes. */
  readonly rehearsal: boolean;
  readonly confounds: readonly Confound[];
  readonly cells: readonly ComparedCell[];
  /** Cells that only one of them has. */
  readonly unmatched: { readonly a: number; readonly b: number };
  /** Of B, over its time cells, or over all where there are none; `mixed` where some are faster and some slower. */
  readonly verdict: Comparative | "mixed";
}

/** How large a difference matters to `compare`, and whether a rehearsal may be compared. */
export interface CompareOptions {
  /** A share such as 0.05; above 0 and below 1. */
  readonly tolerance?: number;
  /** Compare runs that were replayed, as a rehearsal. */
  readonly allowReplay?: boolean;
}

/**
 * Compares two campaigns cell by cell: makespan, CPU per sandbox, memory per sandbox.
 *
 * @throws LabError `RUND_REPLAYED` for a replayed run without `allowReplay`, `RUND_NO_COMMON_CELL`, `RUND_TOLERANCE`,
 *   and `RUND_TWO_RUNS` as tables do
 */
export function compare(a: Dataset, b: Dataset, options: CompareOptions = {}): Comparison {
  const { tolerance = 0.05, allowReplay = false } = options;
  if (!(tolerance > 0 && tolerance < 1)) {
    throw new LabError("RUND_TOLERANCE", "usage", "", {
      expected: "a tolerance above 0 and below 1",
      found: String(tolerance),
    });
  }
  const rehearsal = refuseReplays([a, b], allowReplay);
  const [left, right] = [samplesByPlace(a), samplesByPlace(b)];
  const common = [...left.keys()].filter(key => right.has(key));
  if (common.length === 0) throw noCommonCell(a, b, left.size, right.size);
  const found = common.map(key => {
    const { place, sample } = left.get(key)!;
    return { place, contrast: contrast(sample, right.get(key)!.sample, `compare/${key}`) };
  });
  const cells = (["time", "cpu", "memory"] as const).flatMap(metric =>
    judgeFamily(
      found.filter(({ place }) => place.metric === metric),
      tolerance,
    ),
  );
  return {
    a: a.name,
    b: b.name,
    tolerance,
    rehearsal,
    confounds: confoundsOf(a, b, cells),
    cells,
    unmatched: { a: left.size - common.length, b: right.size - common.length },
    verdict: overall(cells),
  };
}

/** Cells that a gate "slower than so much" stops: time cells whose corrected lower limit lies above, or that failed. */
export function stoppedBy({ cells }: Comparison, slowerThan: number): readonly ComparedCell[] {
  return cells.filter(
    ({ metric, correctedInterval, verdict, method }) =>
      metric === "time" &&
      ((correctedInterval !== null && correctedInterval[0] > 1 + slowerThan) ||
        (method === "ranks" && verdict === "slower")),
  );
}

function judgeFamily(
  family: readonly { readonly place: CellPlace; readonly contrast: Contrast }[],
  tolerance: number,
): readonly ComparedCell[] {
  // a cell that cannot be tested is no member of the family: it costs the others nothing
  const tested = family.filter(({ contrast }) => contrast.p !== null);
  const corrected = holm(tested.map(({ contrast }) => contrast.p ?? 1));
  return family.map(own => {
    const { place, contrast } = own;
    const p = corrected[tested.indexOf(own)] ?? null;
    const { a, b, ratio, at, method, caveat } = contrast;
    return {
      ...place,
      a,
      b,
      ratio,
      interval: at(0.95),
      correctedInterval: at(1 - 0.05 / Math.max(1, tested.length)),
      p,
      ...verdictOf(contrast, p, Math.max(1, tested.length), tolerance),
      method,
      caveat,
    };
  });
}

function overall(cells: readonly ComparedCell[]): Comparison["verdict"] {
  const time = cells.filter(({ metric }) => metric === "time");
  const counted = time.length > 0 ? time : cells;
  const some = (verdict: Comparative) => counted.some(cell => cell.verdict === verdict);
  if (some("slower")) return some("faster") ? "mixed" : "slower";
  if (some("faster")) return "faster";
  return some("undecided") ? "undecided" : "same";
}

/** What differs between the runs of the compared cells, runtime by runtime and experiment by experiment. */
function confoundsOf(a: Dataset, b: Dataset, cells: readonly ComparedCell[]): readonly Confound[] {
  const compared = new Set(cells.map(({ experiment, runtime }) => `${experiment}/${runtime}`));
  const runs = (dataset: Dataset) =>
    dataset.runs.filter(({ experiment, runtime }) => compared.has(`${experiment}/${runtime}`));
  return mergeConfounds(
    runs(a).flatMap(own =>
      runs(b)
        .filter(other => other.experiment === own.experiment && other.runtime === own.runtime)
        .map(other => confoundsBetween(own, other)),
    ),
  );
}

function refuseReplays(datasets: readonly Dataset[], allowed: boolean): boolean {
  const replayed = datasets.find(({ runs }) => runs.some(run => run.replayed));
  if (replayed === undefined) return false;
  if (allowed) return true;
  throw new LabError("RUND_REPLAYED", "input", "a replayed run was not measured and proves nothing", {
    where: replayed.name,
    hint: "--allow-replay compares it all the same, as a rehearsal",
  });
}

function noCommonCell(a: Dataset, b: Dataset, cellsA: number, cellsB: number): LabError {
  const has = ({ name, runs }: Dataset, cells: number) =>
    `${name}: ${cells} cells of ${[...new Set(runs.map(({ experiment, runtime }) => `${runtime} (${experiment})`))].join(", ") || "nothing"}`;
  return new LabError("RUND_NO_COMMON_CELL", "input", "", {
    where: `${a.name} and ${b.name}`,
    expected: "at least one cell of the same runtime, density and concurrency in both",
    found: `${has(a, cellsA)}; ${has(b, cellsB)}`,
    hint: "measure the same grid for the same runtime ids",
  });
}
