import { type ComparedPair, comparedPairs } from "../../analysis/claims/index.js";
import type { Dataset, RunInfo } from "../../analysis/datasets/index.js";
import { labelIn } from "../../analysis/label-in.js";
import { faultsOf } from "../../analysis/tables/index.js";
import type { ReportContent } from "./content.js";
import { html, type Markup, scrolling } from "./html.js";

/**
 * Returns the published cells that do not match, every run with its software, and the differences between runs that claims compare.
 */
export function provenance(
  datasets: readonly Dataset[],
  { verification, verdicts }: Pick<ReportContent, "verification" | "verdicts">,
): Markup {
  const heads = ["run", "runtime", "containerd", "kata", "VMM", "snapshotter", "shared files", "driver"];
  const groups = datasets.map(
    ({ name, runs }) =>
      html`<tbody><tr><th scope="rowgroup" colspan="${heads.length}">${name}</th></tr>${runs.map(runRow)}</tbody>`,
  );
  const pairs = [...verdicts]
    .map(([name, own]) => [name, comparedPairs(own)] as const)
    .filter(([, own]) => own.length > 0);
  const faults = faultsOf(verification);
  return html`${faults.length === 0 ? "" : html`<ul>${faults.map(fault => html`<li>${fault}</li>`)}</ul>`}${scrolling(
    "Runs",
    html`<table><caption>The runs and their software. If two runs differ in more than the runtime, a comparison of the two also measures these differences</caption>
<thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead>${groups}</table>`,
  )}${pairs.length === 0 ? undefined : html`<h3 id="differences">What differs besides the runtime</h3>${pairs.map(([name, own]) => comparedSection(name, own))}`}`;
}

/** Returns the other differences between the runtimes that claims compare: a table for each runtime that others are compared with. */
function comparedSection(name: string, pairs: readonly ComparedPair[]): Markup {
  return html`${[...new Set(pairs.map(({ a }) => a))].map(a => {
    const own = pairs.filter(pair => pair.a === a);
    const settings = [...new Set(own.flatMap(({ confounds }) => confounds.map(({ what }) => what)))].sort();
    const values = (setting: string, side: "a" | "b", some: readonly ComparedPair[]) =>
      [
        ...new Set(
          some.flatMap(({ confounds }) =>
            confounds.filter(({ what }) => what === setting).map(one => one[side] ?? "not recorded"),
          ),
        ),
      ].join(" or ");
    const rows = settings.map(
      setting =>
        html`<tr><th scope="row"><code>${setting}</code></th><td>${values(setting, "a", own)}</td>${own.map(pair => html`<td>${values(setting, "b", [pair]) || html`<span class="faint">the same</span>`}</td>`)}</tr>`,
    );
    return scrolling(
      `What differs, ${name}`,
      html`<table><caption>${a} and the runtimes that the claims compare it with, on ${name}</caption>
<thead><tr><th scope="col">setting</th>${[a, ...own.map(({ b }) => b)].map(label => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`,
    );
  })}`;
}

function runRow(own: RunInfo): Markup {
  const { run, runtime, versions, config, driver, replayed } = own;
  const cells = [
    labelIn({ runs: [own] }, runtime),
    versions.containerd,
    versions.kata,
    versions.vmm,
    config.snapshotter,
    config.sharedFs,
    replayed ? `${driver} (replayed)` : driver,
  ];
  return html`<tr><th scope="row"><code>${run}</code></th>${cells.map(cell => html`<td>${cell === null || cell === undefined ? "–" : String(cell)}</td>`)}</tr>`;
}
