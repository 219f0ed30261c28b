import type { Dataset } from "../../datasets/dataset.js";
import { flagStarts } from "../../flags.js";
import { startGroups } from "../../groups.js";
import { labelIn } from "../../label-in.js";
import type { ClaimVerdict } from "../verdicts/claim-verdict.js";
import type { Finding } from "./finding.js";
import { mixUps, unpublishedRuns } from "./of-claims.js";
import { endsOfLeads, inversions } from "./of-densities.js";
import { drifts, firstRounds } from "./of-rounds.js";

/**
 * Returns the patterns in a dataset: claims that seem to come from a run that is not in the data, claimed values that belong to
 * other cells, the density at which one runtime's lead over another ends, sandboxes that start faster on a busy host than on an
 * empty one, odd first rounds, and drift. The most important kind comes first; within a kind, the pattern with the most cells.
 *
 * @param verdicts the verdicts on claims, for the same dataset
 */
export function findings(dataset: Dataset, verdicts: readonly ClaimVerdict[] = []): readonly Finding[] {
  const label = (runtime: string) => labelIn(dataset, runtime);
  const groups = startGroups(dataset).filter(({ makespansMs }) => makespansMs.length > 0);
  const flags = flagStarts(dataset);
  const byCells = (all: readonly Finding[]) => [...all].sort((a, b) => b.table.rows.length - a.table.rows.length);
  return [
    ...unpublishedRuns(verdicts),
    ...mixUps(verdicts),
    ...byCells(endsOfLeads(groups, label)),
    ...byCells(inversions(groups, label)),
    ...byCells(firstRounds(dataset, flags)),
    ...byCells(drifts(dataset, flags)),
  ];
}

/**
 * Returns the findings that a reader should see first: the first of each kind, five at most.
 *
 * @example mainFindings([{ kind: "drift", text: "a", table: { columns: [], rows: [] } }, { kind: "drift", text: "b", table: { columns: [], rows: [] } }]).map(({ text }) => text) // ["a"]
 */
export const mainFindings = (all: readonly Finding[]): readonly Finding[] =>
  all.filter((own, at) => all.findIndex(({ kind }) => kind === own.kind) === at).slice(0, 5);
