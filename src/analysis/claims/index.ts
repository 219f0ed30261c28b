/** The paper's quantitative claims as data, the function that judges them, and the patterns that no claim mentions. */

export { type ComparedPair, comparedPairs } from "./compared-pairs.js";
export type { Finding } from "./findings/finding.js";
export { findings, mainFindings } from "./findings/findings.js";
export { type Headline, headline, headlineText } from "./headline.js";
export { judge, judgeAll } from "./judge.js";
export {
  type Certainty,
  type Claim,
  type Expected,
  type Part,
  type Quantity,
  type Reading,
  wordingIsSure,
} from "./paper/claim.js";
export { paperClaims } from "./paper/paper-claims.js";
export type { Evidence } from "./quantities/rounds.js";
export {
  claimedText,
  evidenceText,
  flipText,
  foundText,
  impliedText,
  machinesText,
  measuredAs,
  measuredText,
  verdictText,
  withInterval,
} from "./text.js";
export { type Decision, decide, type Verdict } from "./verdicts/band.js";
export type { ClaimVerdict } from "./verdicts/claim-verdict.js";
export { agreementByChance, type ImpliedRun, type ImpliedValue } from "./verdicts/implied.js";
export type { ReadingVerdict } from "./verdicts/reading-verdict.js";
