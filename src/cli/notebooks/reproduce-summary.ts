import { join, relative } from "node:path";
import {
  type ClaimVerdict,
  headline,
  mainFindings,
  measuredAs,
  measuredText,
  type Verdict,
  verdictText,
  wordingIsSure,
} from "../../analysis/claims/index.js";
import { compareWithPublished } from "../../analysis/tables/index.js";
import { textTable, wrap } from "../../model/text-table.js";
import type { ReportContent } from "../../present/report/index.js";

const width = 100;
const order: readonly Verdict[] = ["supported", "contradicted", "inconclusive", "not-measured"];

/**
 * Returns the results of `rund-lab reproduce`, in lines of at most 100 characters: a row per dataset with the published cells
 * that match and the claims by verdict, the claims of the abstract, and the paths of the results.
 *
 * @param page the report's path; null if none was written
 */
export function summary(
  { datasets, verdicts, findings }: ReportContent,
  { page, out, cwd }: { readonly page: string | null; readonly out: string; readonly cwd: string },
): readonly string[] {
  const rows = datasets.map(dataset => {
    const { cells, matched } = compareWithPublished(dataset, dataset.published);
    const { sure } = headline(verdicts.get(dataset.name) ?? []);
    return [
      dataset.name,
      cells === 0 ? "none published" : `${matched} of ${cells}`,
      ...order.map(verdict => String(sure[verdict])),
    ];
  });
  const heads = ["dataset", "cells that match", ...order.map(verdict => verdict.replace("-", " "))];
  const unpublished = [...findings.values()].flatMap(mainFindings).find(({ kind }) => kind === "unpublished run");
  const results = {
    tables: join(out, "tables"),
    ...(page !== null && { notebooks: join(out, "notebooks"), report: page }),
  };
  return [
    ...textTable([heads, ...rows], [1, 2, 3, 4, 5]),
    ...wrap(
      `Verdicts on the ${[...verdicts.values()][0]?.filter(wordingIsSure).length ?? 0} claims whose wording we could check. To see all claims: rund-lab claims`,
      width,
    ),
    "",
    ...abstractClaims([...verdicts.values()]),
    ...(unpublished === undefined ? [] : [...wrap(`${unpublished.text}.`, width), ""]),
    ...textTable(Object.entries(results).map(([what, path]) => [what, relative(cwd, path) || path])),
  ];
}

/** Returns the claims of the paper's abstract: the statement, and below it each dataset's verdict. */
function abstractClaims(verdicts: readonly (readonly ClaimVerdict[])[]): readonly string[] {
  const claims = (verdicts[0] ?? []).filter(({ certainty }) => certainty === "A");
  return claims.flatMap(({ id, statement }) => [
    ...wrap(`${id}: ${statement}`, width),
    ...verdicts.flatMap(own => {
      const verdict = own.find(other => other.id === id);
      if (verdict === undefined) return [];
      const { dataset, measured } = verdict;
      const value = measured === null ? "" : `; ${measuredAs(verdict)}: ${measuredText(verdict)}`;
      return wrap(`${dataset}: ${verdictText(verdict)}${value}`, width - 2, "  ").map(line => `  ${line}`);
    }),
    "",
  ]);
}
