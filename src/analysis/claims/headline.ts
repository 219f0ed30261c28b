import type { Verdict } from "./band.js";
import type { ClaimVerdict } from "./judge.js";

/** How the verdicts count: those whose wording is sure (A and H), and apart from them those whose wording is not. */
export interface Headline {
  readonly sure: Readonly<Record<Verdict, number>>;
  readonly unverified: Readonly<Record<Verdict, number>>;
  /** Sure claims whose verdict hangs on the reading. */
  readonly disagreeing: readonly string[];
}

/** Counts verdicts for a headline. */
export function headline(verdicts: readonly ClaimVerdict[]): Headline {
  const isSure = ({ certainty }: ClaimVerdict) => certainty === "A" || certainty === "H";
  return {
    sure: count(verdicts.filter(isSure)),
    unverified: count(verdicts.filter(verdict => !isSure(verdict))),
    disagreeing: verdicts.filter(verdict => isSure(verdict) && verdict.readingsDisagree).map(({ id }) => id),
  };
}

/**
 * The headline as one sentence, for a terminal or a report.
 *
 * @example headlineText({ sure: { supported: 1, contradicted: 2, inconclusive: 0, "not-measured": 0 }, unverified: { supported: 0, contradicted: 1, inconclusive: 0, "not-measured": 4 }, disagreeing: ["x"] }) // "3 claims: 1 supported, 2 contradicted; readings disagree on x. Apart from them, wording unverified: 1 contradicted, 4 not measured"
 */
export function headlineText({ sure, unverified, disagreeing }: Headline): string {
  const total = Object.values(sure).reduce((sum, n) => sum + n, 0);
  const readings = disagreeing.length === 0 ? "" : `; readings disagree on ${disagreeing.join(", ")}`;
  const apart = words(unverified);
  return `${total} claims: ${words(sure)}${readings}${apart === "" ? "" : `. Apart from them, wording unverified: ${apart}`}`;
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
