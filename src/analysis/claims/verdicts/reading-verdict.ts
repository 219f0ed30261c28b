import type { Confound } from "../../confounds.js";
import type { Estimate, Interval } from "../../stats/index.js";
import type { Expected } from "../paper/claim.js";
import type { MeasuredReading, SourceRun } from "../quantities/measured-reading.js";
import { type Decision, decide, nearBand, type Verdict } from "./band.js";
import { type Elsewhere, searchElsewhere } from "./elsewhere.js";
import { printsAs } from "./printed.js";

/** The verdict on one reading of one part of a claim. */
export interface ReadingVerdict {
  /** The subject of the part; empty if the claim has one value. */
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
  readonly sources: readonly SourceRun[];
  /** Other differences between the compared runs. */
  readonly confounds: readonly Confound[];
  /** The missing measurement, if there is no data. */
  readonly needs: string | null;
  /** Other cells that have the claimed value, if its own cell does not. */
  readonly elsewhere: Elsewhere | null;
}

/** Judges a measured reading by the one rule for all claims (see `decide`). */
export function judgeReading(measured: MeasuredReading): ReadingVerdict {
  const { part, primary, reading, estimate, sources, confounds, needs, cells } = measured;
  const { name, expected } = reading;
  const { kind, printed, unit } = expected;
  const base = { part: part.of, reading: name, primary, expected: Number(printed), bound: kind, printed, unit };
  if (estimate === null) return { ...base, ...noValue, ...nearBand(expected), needs };
  const { value, interval, n, method, caveat } = estimate;
  const differs = kind === "point" && cells !== null && !printsAs(value, expected);
  return {
    ...base,
    ...decide(expected, estimate),
    measured: value,
    interval,
    n,
    method,
    caveat,
    runs: sources.map(({ dataset, run }) => `${dataset}/${run}`),
    sources,
    confounds,
    needs,
    elsewhere: differs ? searchElsewhere(expected, cells) : null,
  };
}

/** The fields of a verdict without data. */
export const noValue = {
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
