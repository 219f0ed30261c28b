import type { Claim } from "./paper/claim.js";
import { measureClaim } from "./quantities/measured-claim.js";
import type { Evidence } from "./quantities/quantity.js";
import { type ClaimVerdict, judgeClaim } from "./verdicts/claim-verdict.js";

/**
 * Judges one claim on a dataset: measures each reading of each part, then judges the measured readings by one rule (see `decide`).
 *
 * @throws LabError `RUND_TWO_RUNS` if the dataset holds two runs of one runtime that are not repeats
 */
export const judge = (claim: Claim, evidence: Evidence): ClaimVerdict =>
  judgeClaim(claim, evidence.dataset.name, measureClaim(claim, evidence));

/** Judges claims, in their order. */
export const judgeAll = (claims: readonly Claim[], evidence: Evidence): readonly ClaimVerdict[] =>
  claims.map(claim => judge(claim, evidence));
