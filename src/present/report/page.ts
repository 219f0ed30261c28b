import type { Dataset, RunInfo } from "../../analysis/datasets/index.js";
import { faultsOf, formatCell, type Table, type Verification } from "../../analysis/tables/index.js";
import { runtimeLabel } from "../../model/runtimes.js";
import type { Figure } from "../figures/index.js";
import { inDark } from "../figures/index.js";
import { scriptJson } from "../html.js";
import { html, Markup } from "./html.js";
import { script, style } from "./style.js";

/** A claim as the report shows it. */
export interface ReportedClaim {
  readonly dataset: string;
  readonly id: string;
  readonly section: string;
  readonly statement: string;
  readonly verdict: string;
  /** What the verdict rests on, in a sentence: reading, measured value, interval. */
  readonly evidence: string;
  /** The wording of the claim could be checked; others stay outside the headline. */
  readonly verified: boolean;
}

export interface ReportedFigure {
  readonly figure: Figure;
  /** The still picture, PNG, for print and for readers without scripts. */
  readonly png: Uint8Array;
}

/** A campaign shown beside what the report is about, in a section of its own. */
export interface Beside<Drawn> {
  readonly title: string;
  readonly intro: string;
  readonly dataset: Dataset;
  readonly figures: readonly Drawn[];
}

export interface ReportContent {
  readonly version: string;
  readonly datasets: readonly Dataset[];
  /** By dataset name. */
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  readonly verification: Verification;
  /** What the data shows, a sentence each. */
  readonly findings: readonly string[];
  readonly claims: readonly ReportedClaim[];
  /** How the verdicts count, a sentence per dataset. */
  readonly headlines: readonly string[];
  readonly figures: readonly ReportedFigure[];
  readonly beside: Beside<ReportedFigure> | null;
  /** Plotly's script, put into the page so that it needs no network. */
  readonly plotly: string;
}

/** The report as one HTML page that loads nothing. */
export function reportPage(content: ReportContent): string {
  const { datasets, verification, figures, beside, claims, headlines, findings, version } = content;
  const names = datasets.map(({ name }) => name).join(" and ");
  const shownDatasets = beside === null ? datasets : [...datasets, beside.dataset];
  const shownFigures = beside === null ? figures : [...figures, ...beside.figures];
  const sections: readonly (readonly [id: string, title: string, body: Markup])[] = [
    ["verdicts", "What the paper claims, and what the data says", claimsSection(claims)],
    ["findings", "What the data shows besides", html`<ul>${findings.map(finding => html`<li>${finding}</li>`)}</ul>`],
    ["figures", "Figures", html`${figures.map(figureSection)}`],
    ...(beside === null
      ? []
      : [["beside", beside.title, html`<p>${beside.intro}</p>${beside.figures.map(figureSection)}`] as const]),
    [
      "tables",
      "Tables",
      html`${shownDatasets.map(dataset => tablesSection(dataset, content.tables.get(dataset.name) ?? []))}`,
    ],
    ["provenance", "Where the numbers come from", provenance(shownDatasets, verification)],
  ];
  const shown = sections.filter(
    ([id]) => (id !== "verdicts" || claims.length > 0) && (id !== "findings" || findings.length > 0),
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
<p>${verification.matched} of ${verification.cells} published numbers come out of the data as the same number${
    verification.matched === verification.cells ? "" : " (the others are named under provenance)"
  }.</p>
${headlines.map(sentence => html`<p>${sentence}</p>`)}
<nav aria-label="Contents"><h2>Contents</h2><ol>${shown.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>
</header>
<main id="main">
${shown.map(([id, title, body]) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>\n`)}
</main>
<footer><p class="faint">Made by rund-lab ${version}. The recorded data is the RunD artifact's (Apache-2.0).</p></footer>
<script type="application/json" id="figure-data">${new Markup(scriptJson(shownFigures.map(({ figure }) => ({ id: figure.id, light: figure.plot, dark: inDark(figure.plot) }))))}</script>
<script>${new Markup(content.plotly)}</script>
<script>${new Markup(script)}</script>
</body>
</html>
`;
  return page.text;
}

function claimsSection(claims: readonly ReportedClaim[]): Markup {
  const datasets = [...new Set(claims.map(({ dataset }) => dataset))];
  return html`${datasets.map(dataset => {
    const own = claims.filter(claim => claim.dataset === dataset);
    const unverified = own.filter(({ verified }) => !verified);
    return html`<h3>On ${dataset}</h3>${claimTable(
      `Claims judged on ${dataset}`,
      own.filter(({ verified }) => verified),
    )}${unverified.length === 0 ? undefined : html`<p>The wording of the following is unverified: they are judged by the same rule, but stay outside the count.</p>${claimTable(`Claims of unverified wording, judged on ${dataset}`, unverified)}`}`;
  })}`;
}

function claimTable(caption: string, claims: readonly ReportedClaim[]): Markup {
  const rows = claims.map(
    ({ section, statement, verdict, evidence }) =>
      html`<tr><th scope="row">${statement}</th><td>${section}</td><td><span class="verdict ${verdict}">${verdict.replace("-", " ")}</span></td><td>${evidence}</td></tr>\n`,
  );
  return scrolling(
    caption,
    html`<table class="claims"><thead><tr><th scope="col">The paper claims</th><th scope="col">§</th><th scope="col">Verdict</th><th scope="col">Evidence</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

function figureSection({ figure, png }: ReportedFigure): Markup {
  const { id, title, finding, caption, plot } = figure;
  const still = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return html`<figure id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${title}</h3>
<div class="drawn" id="${id}-drawn" role="img" aria-label="${finding}" style="height: ${plot.layout.height}px" hidden></div>
<img id="${id}-still" src="${still}" alt="${finding}">
<figcaption><span class="finding">${finding}</span> ${caption}</figcaption>
${plotted(figure)}
</figure>
`;
}

/** The plotted values as a table: for readers who cannot see the figure, or doubt it. */
function plotted({ id, plot, sources }: Figure): Markup {
  const origins = html`<ul class="facts">${sources.map(({ series, dataset, values }) => html`<li>${series}: ${dataset}, ${values}</li>`)}</ul>`;
  // a figure of thousands of points, or of a surface, is not read as a table
  const traces = plot.data.filter(({ type, x }) => type === "scatter" && x.length > 0 && x.length <= 60);
  const rows = traces.flatMap(({ name, x, y }) =>
    x.flatMap((at, index) =>
      at === null
        ? []
        : [
            html`<tr><th scope="row">${new Markup(name)}</th><td class="number">${at}</td><td class="number">${y[index] ?? "not measured"}</td></tr>`,
          ],
    ),
  );
  const values = scrolling(
    `Plotted values of ${id}`,
    html`<table><thead><tr><th scope="col">Series</th><th scope="col" class="number">x</th><th scope="col" class="number">y</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
  return html`<details><summary>Where the plotted values come from${rows.length === 0 ? "" : ", and the values"}</summary>${origins}${rows.length === 0 ? undefined : values}</details>`;
}

function tablesSection({ name }: Dataset, tables: readonly Table[]): Markup {
  return html`<h3>${name}</h3>${tables.map(table => {
    const { columns, rows, rowName } = table;
    const label = (row: string) => (rowName === "runtime" ? runtimeLabel(row) : row);
    const caption = `${table.name}.csv (${unitOf(table)})`;
    return scrolling(
      `${name}, ${caption}`,
      html`<table><caption>${caption}</caption><thead><tr><th scope="col">${rowName}</th>${columns.map(column => html`<th scope="col" class="number">${column}</th>`)}</tr></thead>
<tbody>${rows.map(({ row, values }) => html`<tr><th scope="row">${label(row)}</th>${values.map(value => html`<td class="number">${value === null ? html`<span class="faint">not measured</span>` : formatCell(value)}</td>`)}</tr>`)}</tbody></table>`,
    );
  })}`;
}

const unitOf = ({ name }: Table): string =>
  name.startsWith("mem_")
    ? "KiB per sandbox, by guest memory in MB and density"
    : name === "cpu"
      ? "ms of CPU per sandbox, by concurrency"
      : name === "time"
        ? "mean makespan in ms, by concurrency"
        : "mean makespan in ms, by background density and concurrency";

function provenance(datasets: readonly Dataset[], verification: Verification): Markup {
  const rows = datasets.flatMap(({ name, runs }) => runs.map(run => runRow(name, run)));
  const faults = faultsOf(verification);
  return html`${faults.length === 0 ? "" : html`<ul>${faults.map(fault => html`<li>${fault}</li>`)}</ul>`}${scrolling(
    "Runs",
    html`<table><caption>Runs, and what they used; a difference between two runs is a confound of their comparison</caption>
<thead><tr>${["dataset", "run", "runtime", "containerd", "kata", "VMM", "snapshotter", "shared files", "driver"].map(head => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`,
  )}`;
}

function runRow(dataset: string, { run, runtime, versions, config, driver, replayed }: RunInfo): Markup {
  const cells = [
    runtimeLabel(runtime),
    versions.containerd,
    versions.kata,
    versions.vmm,
    config.snapshotter,
    config.sharedFs,
    replayed ? `${driver} (replayed)` : driver,
  ];
  return html`<tr><td>${dataset}</td><th scope="row"><code>${run}</code></th>${cells.map(cell => html`<td>${cell === null || cell === undefined ? "–" : String(cell)}</td>`)}</tr>`;
}

/** A table that may be wider than the page: it scrolls, and the keyboard reaches it. */
const scrolling = (label: string, table: Markup): Markup =>
  html`<div class="wide" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
