import { mergeConfounds } from "../../confounds.js";
import type { Claim, Expected } from "../paper/claim.js";
import type { MeasuredReading } from "../quantities/measured-reading.js";
import type { Decision, Verdict } from "./band.js";
import { type ImpliedRun, impliedRun } from "./implied.js";
import { judgeReading, noValue, type ReadingVerdict } from "./reading-verdict.js";

/** The verdict on a claim, from the reading that decides it, and the verdicts on all readings. */
export interface ClaimVerdict
  extends Pick<Claim, "id" | "section" | "statement" | "source" | "certainty">,
    Omit<ReadingVerdict, "expected" | "bound" | "printed" | "unit" | "primary" | "band" | "halfWidth"> {
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
 * Judges a claim: each measured reading, then the claim by the readings that decide its parts.
 *
 * @param dataset the name of the judged dataset
 */
export function judgeClaim(claim: Claim, dataset: string, measured: readonly MeasuredReading[]): ClaimVerdict {
  const { id, section, statement, source, certainty } = claim;
  const head = { id, section, statement, source, certainty, dataset };
  const readings = measured.map(judgeReading);
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
    implied: deciding.verdict === "contradicted" ? impliedRun(measured.filter(reading => reading.primary)) : null,
  };
}

/** Returns the part that decides a claim: the first with the worst verdict; of contradicted parts, the one that is farthest from a change. */
function decidingPart(parts: readonly ReadingVerdict[]): ReadingVerdict | undefined {
  const worst = (["contradicted", "inconclusive", "not-measured", "supported"] as const).find(verdict =>
    parts.some(part => part.verdict === verdict),
  );
  const [first, ...others] = parts.filter(({ verdict }) => verdict === worst);
  if (first === undefined || worst !== "contradicted") return first;
  return others.reduce((best, part) => ((part.flipsAt ?? 0) > (best.flipsAt ?? 0) ? part : best), first);
}

function disagree(readings: readonly ReadingVerdict[]): boolean {
  return new Set(readings.map(({ verdict }) => verdict).filter(verdict => verdict !== "not-measured")).size > 1;
}

/** The fields of a verdict on a claim for which the artifact cannot have data. */
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
