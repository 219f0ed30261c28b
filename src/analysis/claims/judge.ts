import { type Confound, confoundsBetween, mergeConfounds } from "../confounds.js";
import { startGroups } from "../groups.js";
import type { Interval } from "../stats/bootstrap-t.js";
import type { Estimate } from "../stats/estimate.js";
import { type Elsewhere, searchElsewhere } from "./elsewhere.js";
import { type ImpliedRun, impliedRun } from "./implied.js";
import type { Certainty, Claim, Expected, Part, Reading } from "./paper/claim.js";
import { type Decision, decide, type Verdict } from "./quantities/band.js";
import { type Evidence, measureQuantity, type Source } from "./quantities/quantity.js";
import { inUnit, printsAs } from "./quantities/units.js";

/** A run from which a value was computed. */
export interface RunName {
  readonly dataset: string;
  readonly run: string;
  readonly runtime: string;
  /** The machine, if the run recorded it. */
  readonly machine: string | null;
}

/** The verdict on one reading of one part of a claim. */
export interface ReadingVerdict {
  /** What the part is about; empty if the claim has one value. */
  readonly part: string;
  readonly reading: string;
  /** Whether this reading decides its part. */
  readonly primary: boolean;
  readonly verdict: Verdict;
  readonly expected: number;
  readonly bound: Expected["kind"];
  /** As the claim prints the value. */
  readonly printed: string;
  /** The unit of `expected`, `measured`, `interval` and `band`. */
  readonly unit: Expected["unit"];
  /** Null if there is no data. */
  readonly measured: number | null;
  /** The 95 % interval within one campaign; null if there are too few rounds. */
  readonly interval: Interval | null;
  /** Number of rounds or snapshots; for a ratio, the smaller of the two numbers. 0 without data. */
  readonly n: number;
  readonly method: Estimate["method"];
  readonly caveat: Estimate["caveat"];
  /** The near band; null for an open end. */
  readonly band: Decision["band"];
  readonly halfWidth: Decision["halfWidth"];
  readonly bands: Decision["bands"];
  /** In percent, or points of a percentage; null without data. See `Decision`. */
  readonly flipsAt: number | null;
  /** The runs from which the value was computed, as dataset/run. */
  readonly runs: readonly string[];
  /** The same runs, with their fields. */
  readonly sources: readonly RunName[];
  /** What else differs between the compared runs. */
  readonly confounds: readonly Confound[];
  /** What would have to be measured, if there is no data. */
  readonly needs: string | null;
  /** Other cells that have the claimed value, if its own cell does not. */
  readonly elsewhere: Elsewhere | null;
}

/** The verdict on a claim, from the reading that decides it, and the verdicts on all readings. */
export interface ClaimVerdict
  extends Omit<ReadingVerdict, "expected" | "bound" | "printed" | "unit" | "primary" | "band" | "halfWidth"> {
  readonly id: string;
  readonly section: string;
  readonly statement: string;
  readonly source: string;
  readonly certainty: Certainty;
  /** The name of the dataset that was judged. */
  readonly dataset: string;
  /** Null if the artifact cannot have data for the claim; the same holds for `bound`, `printed`, `unit` and `band`. */
  readonly expected: number | null;
  readonly bound: Expected["kind"] | null;
  readonly printed: string | null;
  readonly unit: Expected["unit"] | null;
  readonly band: Decision["band"] | null;
  readonly halfWidth: number | null;
  /** A claim is supported if all its parts are, and contradicted if one part is. */
  readonly parts: readonly { readonly part: string; readonly verdict: Verdict }[];
  readonly readings: readonly ReadingVerdict[];
  /** Whether the measured readings of a part have different verdicts. */
  readonly readingsDisagree: boolean;
  /**
   * If the data contradicts the claim: the value on which its reductions agree, if they do. It confirms the baselines, and shows
   * that the run behind the claim is not the recorded one.
   */
  readonly implied: ImpliedRun | null;
}

/**
 * Judges one claim on a dataset: each part and each reading, by one rule (see `decide`).
 *
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export function judge(claim: Claim, evidence: Evidence): ClaimVerdict {
  const { id, section, statement, source, certainty } = claim;
  const head = { id, section, statement, source, certainty, dataset: evidence.dataset.name };
  const readings = claim.parts.flatMap(part => judgePart(part, evidence));
  const primary = readings.filter(reading => reading.primary);
  const deciding = decidingPart(primary);
  if (deciding === undefined) return { ...head, ...nothing, needs: claim.needs ?? null };
  const { primary: _, ...decided } = deciding;
  return {
    ...head,
    ...decided,
    confounds: mergeConfounds(primary.map(({ confounds }) => confounds)),
    parts: primary.map(({ part, verdict }) => ({ part, verdict })),
    readings,
    readingsDisagree: claim.parts.some(({ of }) => disagree(readings.filter(({ part }) => part === of))),
    implied: deciding.verdict === "contradicted" ? impliedRun(claim, evidence) : null,
  };
}

/** Judges claims, in their order. */
export const judgeAll = (claims: readonly Claim[], evidence: Evidence): readonly ClaimVerdict[] =>
  claims.map(claim => judge(claim, evidence));

/** Returns the part that decides a claim: among those with the worst verdict, the one whose verdict is farthest from changing. */
function decidingPart(parts: readonly ReadingVerdict[]): ReadingVerdict | undefined {
  const gravest = (["contradicted", "inconclusive", "not-measured", "supported"] as const).find(verdict =>
    parts.some(part => part.verdict === verdict),
  );
  const [first, ...others] = parts.filter(({ verdict }) => verdict === gravest);
  if (first === undefined || gravest !== "contradicted") return first;
  return others.reduce((best, part) => ((part.flipsAt ?? 0) > (best.flipsAt ?? 0) ? part : best), first);
}

function disagree(readings: readonly ReadingVerdict[]): boolean {
  return new Set(readings.map(({ verdict }) => verdict).filter(verdict => verdict !== "not-measured")).size > 1;
}

function judgePart({ of, readings }: Part, evidence: Evidence): readonly ReadingVerdict[] {
  const [primary] = readings;
  return readings.flatMap(reading =>
    expand(reading, evidence).map(one => judgeReading(one, of, reading === primary, evidence)),
  );
}

/** Expands a reading that asks for every concurrency into one for each measured concurrency. */
function expand(reading: Reading, { dataset }: Evidence): readonly Reading[] {
  const { quantity } = reading;
  if (
    !("at" in quantity) ||
    quantity.statistic === "time of an operation" ||
    quantity.at.experiment === "memory" ||
    quantity.at.concurrency !== "each"
  )
    return [reading];
  const { at } = quantity;
  return startGroups(dataset)
    .filter(group => group.runtime === at.runtime && group.experiment === at.experiment && group.density === at.density)
    .map(({ concurrency }) => ({
      ...reading,
      name: `${reading.name} at ${concurrency}`,
      quantity: { ...quantity, at: { ...at, concurrency } } as Reading["quantity"],
    }));
}

function judgeReading(reading: Reading, part: string, primary: boolean, evidence: Evidence): ReadingVerdict {
  const { name, expected, quantity } = reading;
  const { kind, printed, unit } = expected;
  const base = { part, reading: name, primary, expected: Number(printed), bound: kind, printed, unit };
  const found = measureQuantity(quantity, evidence);
  const missing = "missing" in found ? found.missing : null;
  if ("missing" in found || !Number.isFinite(found.estimate.value)) {
    const { band, halfWidth } = decide(expected, { value: Number.NaN, interval: null });
    return {
      ...base,
      ...noValue,
      band,
      halfWidth,
      needs: missing ?? "values above 0, because the ratio of other values has no meaning",
    };
  }
  const { n, method, caveat } = found.estimate;
  const value = inUnit(found.estimate.value, unit);
  const inside = found.estimate.interval;
  const interval = inside === null ? null : ([inUnit(inside[0], unit), inUnit(inside[1], unit)] as const);
  const astray = primary && kind === "point" && !printsAs(value, expected);
  return {
    ...base,
    ...decide(expected, { value, interval }),
    measured: value,
    interval,
    n,
    method,
    caveat,
    runs: found.sources.map(({ dataset, run }) => `${dataset}/${run.run}`),
    sources: found.sources.map(({ dataset, run: { run, runtime, machine = null } }) => ({
      ...{ dataset, run, runtime, machine },
    })),
    confounds: confoundsAmong(found.sources),
    needs: null,
    elsewhere: astray ? searchElsewhere(expected, quantity, evidence) : null,
  };
}

/** Returns what differs between the first run and the runs that it is compared with. */
function confoundsAmong([first, ...others]: readonly Source[]): readonly Confound[] {
  if (first === undefined) return [];
  return mergeConfounds(others.map(other => confoundsBetween(first.run, other.run)));
}

const noValue = {
  verdict: "not-measured",
  measured: null,
  interval: null,
  n: 0,
  method: "none",
  caveat: null,
  bands: null,
  flipsAt: null,
  runs: [],
  sources: [],
  confounds: [],
  elsewhere: null,
} as const;

const nothing = {
  ...noValue,
  part: "",
  reading: "",
  expected: null,
  bound: null,
  printed: null,
  unit: null,
  band: null,
  halfWidth: null,
  parts: [],
  readings: [],
  readingsDisagree: false,
  implied: null,
} as const;
