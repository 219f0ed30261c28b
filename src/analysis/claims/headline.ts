import { counted } from "../../model/counted.js";
import { wordingIsSure } from "./paper/claim.js";
import type { Verdict } from "./verdicts/band.js";
import type { ClaimVerdict } from "./verdicts/claim-verdict.js";

/** Number of verdicts of each kind: for claims whose wording is sure (A and H), and separately for the others. */
export interface Headline {
  readonly sure: Readonly<Record<Verdict, number>>;
  readonly unverified: Readonly<Record<Verdict, number>>;
  /** Sure claims whose verdict depends on the reading. */
  readonly disagreeing: readonly string[];
  /** Contradicted claims whose reductions agree on a run that was not published. */
  readonly implied: readonly string[];
}

/** Counts verdicts for a headline. */
export function headline(verdicts: readonly ClaimVerdict[]): Headline {
  return {
    sure: count(verdicts.filter(wordingIsSure)),
    unverified: count(verdicts.filter(verdict => !wordingIsSure(verdict))),
    disagreeing: verdicts.filter(verdict => wordingIsSure(verdict) && verdict.readingsDisagree).map(({ id }) => id),
    implied: verdicts.filter(({ implied }) => implied !== null).map(({ id }) => id),
  };
}

/**
 * Returns the headline as one sentence, for a terminal or a report.
 *
 * @example headlineText({ sure: { supported: 1, contradicted: 2, inconclusive: 0, "not-measured": 0 }, unverified: { supported: 0, contradicted: 1, inconclusive: 0, "not-measured": 4 }, disagreeing: ["x"], implied: [] }) // "3 claims: 1 supported, 2 contradicted; readings disagree on x. Claims whose wording we could not check: 1 contradicted, 4 not measured"
 * @example headlineText({ sure: { supported: 1, contradicted: 0, inconclusive: 0, "not-measured": 0 }, unverified: { supported: 0, contradicted: 0, inconclusive: 0, "not-measured": 0 }, disagreeing: [], implied: [] }) // "1 claim: 1 supported"
 */
export function headlineText({ sure, unverified, disagreeing, implied }: Headline): string {
  const total = Object.values(sure).reduce((sum, n) => sum + n, 0);
  const readings = disagreeing.length === 0 ? "" : `; readings disagree on ${disagreeing.join(", ")}`;
  const others = words(unverified);
  const unpublished =
    implied.length === 0
      ? ""
      : `; ${implied.join(" and ")} seem${implied.length === 1 ? "s" : ""} to come from a run that was not published`;
  return `${counted(total, "claim")}: ${words(sure)}${readings}${unpublished}${others === "" ? "" : `. Claims whose wording we could not check: ${others}`}`;
}

const words = (counts: Readonly<Record<Verdict, number>>) =>
  Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([verdict, n]) => `${n} ${verdict.replace("-", " ")}`)
    .join(", ");

function count(verdicts: readonly ClaimVerdict[]): Record<Verdict, number> {
  const of = (verdict: Verdict) => verdicts.filter(own => own.verdict === verdict).length;
  return {
    supported: of("supported"),
    contradicted: of("contradicted"),
    inconclusive: of("inconclusive"),
    "not-measured": of("not-measured"),
  };
}
