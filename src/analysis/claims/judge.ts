import type { Claim } from "./paper/claim.js";
import { measureReading } from "./quantities/measured-reading.js";
import { readingsOf } from "./quantities/readings.js";
import type { Evidence } from "./quantities/rounds.js";
import { type ClaimVerdict, judgeClaim } from "./verdicts/claim-verdict.js";

/**
 * Judges one claim on a dataset: measures each reading of each part, then judges the measured readings by one rule (see `decide`).
 *
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export function judge(claim: Claim, evidence: Evidence): ClaimVerdict {
  const readings = readingsOf(claim, evidence.dataset);
  const measured = readings.map(reading => measureReading(reading, evidence));
  return judgeClaim(claim, evidence.dataset.name, measured);
}

/** Judges claims, in their order. */
export const judgeAll = (claims: readonly Claim[], evidence: Evidence): readonly ClaimVerdict[] =>
  claims.map(claim => judge(claim, evidence));
