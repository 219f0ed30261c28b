import type { ClaimVerdict, Finding, ReadingVerdict } from "../claims/index.js";
import type { DataFrame } from "./danfo.js";
import { type Columns, frameOf } from "./frame.js";

interface VerdictRow {
  readonly claim: ClaimVerdict;
  readonly decides: boolean;
  /** The reading, or the claim itself if the data has no reading. */
  readonly of: ReadingVerdict | ClaimVerdict;
}

const columns: Columns<VerdictRow> = {
  dataset: ["string", ({ claim }) => claim.dataset],
  claim: ["string", ({ claim }) => claim.id],
  section: ["string", ({ claim }) => claim.section],
  certainty: ["string", ({ claim }) => claim.certainty],
  decides: ["boolean", ({ decides }) => decides],
  part: ["string", ({ of }) => of.part],
  reading: ["string", ({ of }) => of.reading],
  verdict: ["string", ({ of }) => of.verdict],
  bound: ["string", ({ of }) => of.bound],
  claimed: ["float32", ({ of }) => of.expected],
  measured: ["float32", ({ of }) => of.measured],
  low: ["float32", ({ of }) => of.interval?.[0] ?? null],
  high: ["float32", ({ of }) => of.interval?.[1] ?? null],
  unit: ["string", ({ of }) => of.unit],
  n: ["int32", ({ of }) => of.n],
  flips_at: ["float32", ({ of }) => of.flipsAt],
};

/**
 * Returns verdicts on claims as a tidy danfo frame, a row per reading; a claim that no reading can judge has one row.
 *
 * | column | type | unit and meaning |
 * |---|---|---|
 * | `dataset`, `claim`, `section` | string | the judged dataset, the claim's id, and the paper's section |
 * | `certainty` | string | certainty of the wording: A, H, M or L |
 * | `decides` | boolean | whether this reading decides the claim: one row per claim |
 * | `part`, `reading` | string | the value of the claim, and the way in which it is understood |
 * | `verdict` | string | `supported`, `contradicted`, `inconclusive` or `not-measured` |
 * | `bound` | string | `point`, `over` or `under` the claimed value |
 * | `claimed`, `measured`, `low`, `high` | float32 | in `unit`; `low` and `high` end the 95 % interval; NaN if there is none |
 * | `unit` | string | `ms`, `s`, `MiB`, `MB`, `%`, `sandboxes`, `sandboxes/s` |
 * | `n` | int32 | rounds or snapshots behind the value |
 * | `flips_at` | float32 | the tolerance at which the verdict would change, in % of the claimed value, or in points of a percentage |
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function claimsFrame(verdicts: readonly ClaimVerdict[]): Promise<DataFrame> {
  return frameOf(columns, verdicts.flatMap(rowsOf));
}

function rowsOf(claim: ClaimVerdict): readonly VerdictRow[] {
  if (claim.readings.length === 0) return [{ claim, decides: true, of: claim }];
  const deciding = claim.readings.find(
    ({ primary, part, reading }) => primary && part === claim.part && reading === claim.reading,
  );
  return claim.readings.map(of => ({ claim, decides: of === deciding, of }));
}

const findingColumns: Columns<Finding> = {
  kind: ["string", ({ kind }) => kind],
  finding: ["string", ({ text }) => text],
};

/**
 * Returns findings as a danfo frame, one row per finding: `kind` and, in words, `finding`.
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export const findingsFrame = (findings: readonly Finding[]): Promise<DataFrame> => frameOf(findingColumns, findings);
