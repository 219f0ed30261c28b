import { inDark } from "../figures/index.js";
import { scriptJson } from "../html.js";
import { answerSection, openingFigure } from "./answer.js";
import { claimsSection, findingsSection } from "./claims.js";
import type { ReportContent, ReportedFigure } from "./content.js";
import { figureSection } from "./figures.js";
import { html, Markup } from "./html.js";
import { provenance } from "./provenance.js";
import { script, style } from "./style.js";
import { diskSection, tablesSection } from "./tables.js";

/**
 * Returns the report as one HTML page that loads nothing.
 *
 * @param plotly Plotly's script, which is embedded so that the page needs no network
 */
export function reportPage(content: ReportContent<ReportedFigure>, plotly: string): string {
  const { datasets, verification, figures, own, verdicts, findings, version } = content;
  const names = datasets.map(({ name }) => name).join(" and ");
  const shownDatasets = own === null ? datasets : [...datasets, own.dataset];
  const shownFigures = own === null ? figures : [...figures, ...own.figures];
  const others = figures.filter(({ figure }) => figure.id !== openingFigure);
  const sections: readonly (readonly [id: string, title: string, body: Markup])[] = [
    ["verdicts", "The claims, and the evidence for each verdict", claimsSection(verdicts)],
    ["findings", "What else the data shows", findingsSection(findings)],
    ["figures", "Figures", html`${others.map(figureSection)}`],
    ...(own === null ? [] : [["own", own.title, html`<p>${own.intro}</p>${own.figures.map(figureSection)}`] as const]),
    [
      "tables",
      "Tables",
      html`<p>These numbers are rounded; the CSV files in <code>../tables</code> contain all digits.</p>${shownDatasets.map(dataset => html`${tablesSection(dataset, content.tables.get(dataset.name) ?? [])}${diskSection(content.disk.get(dataset.name) ?? [])}`)}`,
    ],
    ["provenance", "Where the numbers come from", provenance(shownDatasets, content)],
  ];
  const shown = sections.filter(
    ([id]) =>
      (id !== "verdicts" || verdicts.size > 0) && (id !== "findings" || [...findings.values()].flat().length > 0),
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>RunD, reproduced: ${names}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<h1>RunD, reproduced</h1>
<p class="lead">Cold start, memory and concurrency of secure-container runtimes (USENIX ATC 2022), recomputed from ${names}.</p>
${verification.cells === 0 ? undefined : html`<p>${verification.matched === verification.cells ? `All ${verification.cells}` : `${verification.matched} of ${verification.cells}`} published numbers can be recomputed exactly from the data${verification.matched === verification.cells ? "" : " (the others are listed under “Where the numbers come from”)"}.</p>`}
</header>
<main id="main">
<section aria-labelledby="answer"><h2 id="answer">In short</h2>${answerSection(content)}</section>
<nav aria-label="Contents"><h2>Contents</h2><ol>${shown.map(([id, title]) => html`<li><a href="#${id}">${title}</a>${id === "figures" ? figureLinks(others) : undefined}${id === "own" ? figureLinks(own?.figures ?? []) : undefined}</li>`)}</ol></nav>
${shown.map(([id, title, body]) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>\n`)}
</main>
<footer><p class="faint">Made by rund-lab ${version}. The recorded data is the RunD artifact's (Apache-2.0).</p></footer>
<script type="application/json" id="figure-data">${new Markup(scriptJson(shownFigures.map(({ figure }) => ({ id: figure.id, light: figure.plot, dark: inDark(figure.plot) }))))}</script>
<script>${new Markup(plotly)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`;
  return page.text;
}

const figureLinks = (figures: readonly ReportedFigure[]): Markup =>
  html`<ul>${figures.map(({ figure: { id, title } }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul>`;
