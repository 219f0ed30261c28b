import {
  type ClaimVerdict,
  type Finding,
  mainFindings,
  measuredText,
  verdictText,
  wordingIsSure,
} from "../../analysis/claims/index.js";
import { counted } from "../../model/counted.js";
import type { ReportContent, ReportedFigure } from "./content.js";
import { figureSection } from "./figures.js";
import { folded, html, type Markup, scrolling, unbroken } from "./html.js";

/** The figure that the report opens with. */
export const openingFigure = "fig-10";

/** Returns the report's first screen: the verdict on each claim by dataset, the main findings, and the paper's main figure. */
export function answerSection({ verdicts, findings, figures }: ReportContent<ReportedFigure>): Markup {
  const opening = figures.find(({ figure }) => figure.id === openingFigure);
  const main = [...findings].flatMap(([dataset, own]) => mainFindings(own).map(finding => ({ dataset, finding })));
  const shown = mainFindings(main.map(({ finding }) => finding));
  return html`${verdicts.size === 0 ? undefined : matrix(verdicts)}
${shown.length === 0 ? undefined : html`<h3 id="main-findings">What else the data shows</h3><ul>${shown.map(own => findingLine(own, main.find(({ finding }) => finding === own)!.dataset))}</ul><p><a href="#findings">All findings, with the cells that show them</a></p>`}
${opening === undefined ? undefined : figureSection(opening)}`;
}

/** The figure that shows each kind of finding. */
const figureOf: Readonly<Record<Finding["kind"], string>> = {
  "unpublished run": "claims",
  "mix-up": "fig-10",
  "end of a lead": "ratio",
  inversion: "fig-13",
  "first round": "rounds",
  drift: "rounds",
};

const findingLine = ({ kind, text }: Finding, dataset: string): Markup =>
  html`<li>${unbroken(text)} (<code>${dataset}</code>; <a href="#${figureOf[kind]}">figure</a>).</li>`;

/**
 * Returns a table with a row per claim and a column per dataset. Claims of unverified wording are in a second table, which is
 * folded. Claims without a measurement in any dataset are only listed, except those of the abstract, which are in the table.
 */
function matrix(verdicts: ReportContent["verdicts"]): Markup {
  const names = [...verdicts.keys()];
  const on = (name: string, id: string) => verdicts.get(name)?.find(claim => claim.id === id);
  const claims = [...verdicts.values()][0] ?? [];
  const unmeasured = claims.filter(
    ({ id, certainty }) => certainty !== "A" && names.every(name => on(name, id)?.verdict === "not-measured"),
  );
  const table = (caption: string, own: readonly ClaimVerdict[]) =>
    scrolling(
      caption,
      html`<table class="matrix"><caption>${caption}</caption>
<thead><tr><th scope="col">The paper claims</th>${names.map(name => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${own.map(
        ({ id, statement }) =>
          html`<tr><th scope="row">${unbroken(statement)} <code>${id}</code></th>${names.map(name => verdictCell(on(name, id)))}</tr>\n`,
      )}</tbody></table>`,
    );
  const shown = claims.filter(claim => !unmeasured.includes(claim));
  const unsure = shown.filter(claim => !wordingIsSure(claim));
  return html`${table("The paper's claims, judged on each dataset", shown.filter(wordingIsSure))}
<p>A claim is supported if the whole 95 % interval of the measured value is within the tolerance: ± 5 % of the claimed value, or ± 2 points of a claimed percentage. A value from too few rounds has no interval. Such a value decides only if it differs from the claimed value by at least twice the tolerance. Beside a bound such as “less than 20 MB”, it decides if it differs from the bound by at least the tolerance. ${unmeasured.length === 0 ? undefined : html`No dataset has measurements for ${unmeasured.map(({ id }, at) => html`${at === 0 ? "" : ", "}<code>${id}</code>`)}. `}<a href="#verdicts">All claims, with the evidence</a></p>
${unsure.length === 0 ? undefined : folded(`${counted(unsure.length, "more claim")} whose wording we could not check`, table("Claims of unverified wording", unsure))}`;
}

function verdictCell(claim: ClaimVerdict | undefined): Markup {
  if (claim === undefined) return html`<td></td>`;
  const { verdict, part, measured, implied } = claim;
  const value = measured === null ? "" : `${part === "" ? "" : `${part}: `}${measuredText(claim)}`;
  return html`<td><span class="verdict ${verdict}">${verdict.replace("-", " ")}</span>${value === "" ? undefined : html`<br><span class="faint">${unbroken(value)}</span>`}${implied === null ? undefined : html`<br><span class="faint">${unbroken(verdictText(claim).split("; ")[1]!)}</span>`}</td>`;
}
