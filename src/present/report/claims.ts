import type { ReportContent, ReportedClaim } from "./content.js";
import { html, type Markup, scrolling, unbroken } from "./html.js";

/** What the paper claims and what became of it, a table per dataset. */
export function claimsSection(claims: readonly ReportedClaim[], compared: ReportContent["compared"]): Markup {
  const datasets = [...new Set(claims.map(({ dataset }) => dataset))];
  return html`${datasets.map(dataset => {
    const own = claims.filter(claim => claim.dataset === dataset);
    const unverified = own.filter(({ verified }) => !verified);
    return html`<h3>On ${dataset}</h3>${claimTable(
      `Claims judged on ${dataset}`,
      own.filter(({ verified }) => verified),
    )}${unverified.length === 0 ? undefined : html`<p class="before">The wording of the following is unverified: they are judged by the same rule, but stay outside the count.</p>${claimTable(`Claims of unverified wording, judged on ${dataset}`, unverified)}`}`;
  })}${[...compared.values()].flat().length === 0 ? undefined : html`<p>Settings and versions that differ besides the runtime are <a href="#differences">listed below</a>.</p>`}`;
}

function claimTable(caption: string, claims: readonly ReportedClaim[]): Markup {
  const rows = claims.map(
    ({ id, section, statement, verdict, evidence }) =>
      html`<tr><th scope="row">${unbroken(statement)} <code>${id}</code></th><td>${section}</td><td><span class="verdict ${verdict}">${verdict.replace("-", " ")}</span></td><td>${unbroken(evidence)}</td></tr>\n`,
  );
  return scrolling(
    caption,
    html`<table class="claims"><thead><tr><th scope="col">The paper claims</th><th scope="col">§</th><th scope="col">Verdict</th><th scope="col">Evidence</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** What the data shows besides, a list per dataset. */
export const findingsSection = (findings: ReportContent["findings"]): Markup =>
  html`${[...findings]
    .filter(([, own]) => own.length > 0)
    .map(
      ([dataset, own]) =>
        html`<h3>In ${dataset}</h3><ul>${own.map(finding => html`<li>${unbroken(finding)}</li>`)}</ul>`,
    )}`;
