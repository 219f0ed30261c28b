import {
  type ClaimVerdict,
  comparedPairs,
  evidenceText,
  type Finding,
  headline,
  headlineText,
  impliedText,
  wordingIsSure,
} from "../../analysis/claims/index.js";
import { columnFormat } from "../../analysis/frames/column-format.js";
import { counted } from "../../model/counted.js";
import type { ReportContent } from "./content.js";
import { folded, html, type Markup, scrolling, unbroken } from "./html.js";

/** Returns the paper's claims and the evidence for each verdict, a folded table per dataset. */
export function claimsSection(verdicts: ReportContent["verdicts"]): Markup {
  const differs = [...verdicts.values()].some(own => comparedPairs(own).length > 0);
  return html`${[...verdicts].map(
    ([dataset, own]) =>
      html`<h3>On ${dataset}</h3><p>${unbroken(`${headlineText(headline(own))}.`)}</p>${folded(
        `The evidence on ${dataset}`,
        html`${claimTable(`Claims judged on ${dataset}`, own.filter(wordingIsSure))}${unverified(
          dataset,
          own.filter(claim => !wordingIsSure(claim)),
        )}`,
      )}`,
  )}${differs ? html`<p>Settings and versions that differ besides the runtime are <a href="#differences">listed below</a>.</p>` : undefined}`;
}

const unverified = (dataset: string, claims: readonly ClaimVerdict[]): Markup | undefined =>
  claims.length === 0
    ? undefined
    : html`<p class="before">We could not check the wording of the following claims against the paper's text. They are judged by the same rule, but are not counted above.</p>${claimTable(`Claims of unverified wording, judged on ${dataset}`, claims)}`;

function claimTable(caption: string, claims: readonly ClaimVerdict[]): Markup {
  const rows = claims.map(claim => {
    const { id, section, statement, verdict, implied } = claim;
    return html`<tr><th scope="row">${unbroken(statement)} <code>${id}</code></th><td>${section}</td><td><span class="verdict ${verdict}">${verdict.replace("-", " ")}</span></td><td>${unbroken(evidenceText(claim))}${implied === null ? undefined : ` ${unbroken(impliedText(implied))}`}</td></tr>\n`;
  });
  return scrolling(
    caption,
    html`<table class="claims"><thead><tr><th scope="col">The paper claims</th><th scope="col">§</th><th scope="col">Verdict</th><th scope="col">Evidence</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** Returns the findings, a folded list per dataset: a sentence per pattern, and the cells that show it. */
export const findingsSection = (findings: ReportContent["findings"]): Markup =>
  html`${[...findings]
    .filter(([, own]) => own.length > 0)
    .map(
      ([dataset, own]) =>
        html`<h3>In ${dataset}</h3>${folded(`${counted(own.length, "finding")} in ${dataset}`, html`${own.map((finding, at) => findingEntry(finding, `${dataset}, finding ${at + 1}`))}`)}`,
    )}`;

function findingEntry({ text, table: { columns, rows } }: Finding, label: string): Markup {
  const formats = columns.map((_, column) => columnFormat(rows.map(row => row[column])));
  const kind = (column: number) => (formats[column]!.numeric ? "number" : "");
  return html`<p class="before">${unbroken(text)}.</p>${scrolling(
    label,
    html`<table><thead><tr>${columns.map((column, at) => html`<th scope="col" class="${kind(at)}">${column}</th>`)}</tr></thead><tbody>${rows.map(row => html`<tr>${row.map((cell, at) => html`<td class="${kind(at)}">${formats[at]!.text(cell)}</td>`)}</tr>`)}</tbody></table>`,
  )}`;
}
