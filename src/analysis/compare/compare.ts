import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { type Confound, confoundsBetween, mergeConfounds } from "../confounds.js";
import type { Dataset } from "../datasets/dataset.js";
import { placeKey, samplesByPlace } from "./cells.js";
import { type Comparative, contrast } from "./contrast.js";
import { type DifferentDefinitions, differentDefinitions } from "./definitions.js";
import { type ComparedCell, judgeFamily } from "./family.js";
import { measuredInTurn, type RuntimePair, runtimesOf } from "./pairs.js";

/**
 * The comparison of two datasets, or of two runtimes of one: the other differences, all cells that both have, and the overall
 * verdict.
 */
export interface Comparison {
  /** The names of the datasets; if the runtimes differ, with the runtime: `raw/x:runc`. */
  readonly a: string;
  readonly b: string;
  /** Two cells are the same if they differ by less than this share. */
  readonly tolerance: number;
  /**
   * Whether one of the runs was replayed instead of measured. A rehearsal shows that the tools work, and nothing about runtimes.
   */
  readonly rehearsal: boolean;
  /** The first and the last event that each side measures, if they differ; null if both sides measure the same. */
  readonly definitions: DifferentDefinitions | null;
  readonly confounds: readonly Confound[];
  readonly cells: readonly ComparedCell[];
  /** Number of cells that only one side has. */
  readonly unmatched: { readonly a: number; readonly b: number };
  /**
   * The verdict on B, over its time cells, or over all its cells if it has no time cells; `mixed` if some are faster and some
   * slower.
   */
  readonly verdict: Comparative | "mixed";
  /** The same for each pair of runtimes, in the order of the cells. */
  readonly runtimes: readonly (RuntimePair & { readonly verdict: Comparative | "mixed" })[];
}

/** The options of a comparison: its runtimes, the difference that matters, and whether replayed runs may be compared. */
export interface CompareOptions {
  /** If omitted, each runtime that both sides have is compared with itself. */
  readonly runtimes?: readonly RuntimePair[];
  /** A share such as 0.05; above 0 and below 1. */
  readonly tolerance?: number;
  /** Whether to compare replayed runs, as a rehearsal. */
  readonly allowReplay?: boolean;
}

/**
 * Compares two campaigns cell by cell: makespan or the time of a phase, CPU per sandbox, memory per sandbox. With `runtimes`,
 * both sides may be the same campaign; its runtimes are compared block by block if it has blocks.
 *
 * @throws LabError `RUND_REPLAYED` for a replayed run without `allowReplay`; `RUND_NO_COMMON_CELL`; `RUND_TOLERANCE`;
 * `RUND_TWO_RUNS` if a runtime has two runs that are not repeats within one campaign
 */
export function compare(a: Dataset, b: Dataset, options: CompareOptions = {}): Comparison {
  const { tolerance = 0.05, allowReplay = false, runtimes } = options;
  if (!(tolerance > 0 && tolerance < 1)) {
    throw new LabError("RUND_TOLERANCE", "usage", "", {
      expected: "a tolerance above 0 and below 1",
      found: String(tolerance),
    });
  }
  const rehearsal = refuseReplays([a, b], allowReplay);
  const [left, right] = [samplesByPlace(a), samplesByPlace(b)];
  const pairs = runtimes ?? runtimesOf(a).map(id => ({ a: id, b: id }));
  const found = pairs.flatMap(pair =>
    [...left.values()].flatMap(({ place, sample }) => {
      const partner = right.get(placeKey({ ...place, runtime: pair.b }));
      if (place.runtime !== pair.a || partner === undefined) return [];
      const key = placeKey(place);
      const seed = pair.a === pair.b ? `compare/${key}` : `compare/${pair.b}/${key}`;
      const paired = measuredInTurn(a, b, pair, place.experiment);
      const own = contrast(sample, partner.sample, seed, paired, lastBlockOf(a, place.experiment));
      return [{ place: partner.place, against: pair.a, contrast: own }];
    }),
  );
  if (found.length === 0) throw noCommonCell(a, b, left.size, right.size);
  const cells = (["time", "cpu", "memory"] as const).flatMap(metric =>
    judgeFamily(
      found.filter(({ place }) => place.metric === metric),
      tolerance,
    ),
  );
  const named = (dataset: Dataset, side: "a" | "b") =>
    pairs.some(pair => pair.a !== pair.b)
      ? `${dataset.name}:${[...new Set(pairs.map(pair => pair[side]))].join(",")}`
      : dataset.name;
  return {
    a: named(a, "a"),
    b: named(b, "b"),
    tolerance,
    rehearsal,
    definitions: differentDefinitions(a, b, cells),
    confounds: confoundsOf(a, b, cells),
    cells,
    unmatched: {
      a: withoutPartner(left, right, id => runtimes?.flatMap(pair => (pair.a === id ? [pair.b] : [])) ?? [id]),
      b: withoutPartner(right, left, id => runtimes?.flatMap(pair => (pair.b === id ? [pair.a] : [])) ?? [id]),
    },
    verdict: overall(cells),
    runtimes: pairs.flatMap(pair => {
      const own = cells.filter(cell => cell.runtime === pair.b && cell.against === pair.a);
      return own.length === 0 ? [] : [{ ...pair, verdict: overall(own) }];
    }),
  };
}

type Samples = ReturnType<typeof samplesByPlace>;

/** Counts the cells of one side whose runtime is compared with others, all of which lack the cell. */
function withoutPartner(own: Samples, others: Samples, comparedWith: (runtime: string) => readonly string[]): number {
  return [...own.values()].filter(({ place }) => {
    const partners = comparedWith(place.runtime);
    return partners.length > 0 && !partners.some(runtime => others.has(placeKey({ ...place, runtime })));
  }).length;
}

/** Returns the maximum number of blocks of a campaign with `--until-decided`; null for any other campaign. */
const lastBlockOf = ({ runs }: Dataset, experiment: string): number | null =>
  runs.find(run => run.experiment === experiment)?.lastBlock ?? null;

/**
 * Returns the cells for which the gate (`--fail-on`) fires: time cells whose corrected lower limit is above the rule's limit,
 * or in which starts failed.
 */
export const stoppedBy = ({ cells }: Comparison, slowerThan: number): readonly ComparedCell[] =>
  cells.filter(cell => cell.metric === "time" && changedBy(cell, slowerThan) === "slower");

/**
 * Returns the direction in which a cell has certainly changed by more than a share: its corrected interval lies entirely beyond
 * it. Without an interval (failed cold starts, or a single snapshot of memory) the verdict decides.
 */
export function changedBy(
  { correctedInterval, verdict }: Pick<ComparedCell, "correctedInterval" | "verdict">,
  share: number,
): "faster" | "slower" | null {
  if (correctedInterval === null) return verdict === "faster" || verdict === "slower" ? verdict : null;
  if (correctedInterval[0] > 1 + share) return "slower";
  return correctedInterval[1] < 1 / (1 + share) ? "faster" : null;
}

function overall(cells: readonly ComparedCell[]): Comparison["verdict"] {
  const time = cells.filter(({ metric }) => metric === "time");
  const counted = time.length > 0 ? time : cells;
  const some = (verdict: Comparative) => counted.some(cell => cell.verdict === verdict);
  if (some("slower")) return some("faster") ? "mixed" : "slower";
  if (some("faster")) return "faster";
  return some("undecided") ? "undecided" : "same";
}

/** Returns the differences between the runs of the compared cells, by runtime and experiment. */
function confoundsOf(a: Dataset, b: Dataset, cells: readonly ComparedCell[]): readonly Confound[] {
  const compared = new Set(cells.map(({ experiment, runtime, against }) => `${experiment}/${against}/${runtime}`));
  return mergeConfounds(
    a.runs.flatMap(own =>
      b.runs
        .filter(other => compared.has(`${own.experiment}/${own.runtime}/${other.runtime}`))
        .filter(other => other.experiment === own.experiment)
        .map(other => confoundsBetween(own, other)),
    ),
  );
}

function refuseReplays(datasets: readonly Dataset[], allowed: boolean): boolean {
  const replayed = datasets.find(({ runs }) => runs.some(run => run.replayed));
  if (replayed === undefined) return false;
  if (allowed) return true;
  throw new LabError("RUND_REPLAYED", "input", "a replayed run measured nothing, so a comparison proves nothing", {
    where: replayed.name,
    hint: "--allow-replay compares it anyway, to rehearse",
  });
}

function noCommonCell(a: Dataset, b: Dataset, cellsA: number, cellsB: number): LabError {
  const has = ({ name, runs }: Dataset, cells: number) =>
    `${name}: ${counted(cells, "cell")} of ${[...new Set(runs.map(({ experiment, runtime }) => `${runtime} (${experiment})`))].join(", ") || "nothing"}`;
  return new LabError("RUND_NO_COMMON_CELL", "input", "", {
    where: `${a.name} and ${b.name}`,
    expected: "a cell that both sides have: the same experiment, density and concurrency of the compared runtimes",
    found: `${has(a, cellsA)}; ${has(b, cellsB)}`,
    hint: "name the runtimes to compare, as in `compare A:runc B:crun` or `compare A --runtimes runc,crun`; or measure the same cells on both sides",
  });
}
