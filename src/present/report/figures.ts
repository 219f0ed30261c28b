import { columnFormat } from "../../analysis/frames/column-format.js";
import type { Figure } from "../figures/index.js";
import type { ReportedFigure } from "./content.js";
import { html, Markup, scrolling, unbroken } from "./html.js";

type Trace = Figure["plot"]["data"][number];

/** Returns a figure with its caption: a picture, which the page's script replaces with an interactive figure, and the origin of its values. */
export function figureSection({ figure, png }: ReportedFigure): Markup {
  const { id, title, finding, caption, plot } = figure;
  const still = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return html`<figure id="${id}" aria-labelledby="${id}-title">
<h3 id="${id}-title">${title}</h3>
<div class="drawn" id="${id}-drawn" role="img" aria-label="${finding}" style="height: ${plot.layout.height}px" hidden></div>
<img id="${id}-still" src="${still}" alt="${finding}">
<figcaption><p class="finding">${unbroken(finding)}</p><p>${unbroken(caption)}</p></figcaption>
${plotted(figure)}
</figure>
`;
}

/** Returns the plotted values as a table, for readers who cannot see the figure or want to check it. */
function plotted({ id, plot, sources }: Figure): Markup {
  const origins = html`<ul class="facts">${sources.map(({ series, dataset, values }) => html`<li>${series}: ${dataset}, ${values}</li>`)}</ul>`;
  // a figure of thousands of points is not readable as a table
  const traces = plot.data.filter(({ type, x }) => type === "scatter" && x.length > 0 && x.length <= 60);
  const [places, values] = [traces.flatMap(({ x }) => x), traces.flatMap(({ y }) => y)].map(column =>
    columnFormat(column),
  );
  // a point on an axis of categories, such as claims, is named by its category; a cell of a grid is named by its hover text
  const named = traces.some(({ y }) => typeof y[0] === "string");
  const row = ({ name, x, y, mode, text, hovertext }: Trace, index: number) => {
    const place = html`<td class="number">${places!.text(x[index])}</td>`;
    if (named) return html`<tr><th scope="row">${safe(y[index])}</th><td>${safe(name)}</td>${place}</tr>`;
    return mode === "text"
      ? html`<tr><th scope="row">${safe((hovertext as string[])[index])}</th><td class="number" colspan="2">${(text as string[])[index]}</td></tr>`
      : html`<tr><th scope="row">${safe(name)}</th>${place}<td class="number">${values!.text(y[index]) || "not measured"}</td></tr>`;
  };
  const { x = "x", panels = [] } = plot.layout.meta ?? {};
  const [y = "y", ...others] = new Set(panels.map(panel => panel.y));
  // panels with the same quantity differ in their titles; others are named by their quantities too
  const names = panels.map(panel =>
    [panel.title, others.length > 0 ? panel.y : ""].filter(text => text !== "").join(": "),
  );
  const groups = [...new Set(traces.map(({ yaxis = "y" }) => String(yaxis)))].map(axis => {
    const name = names[axis === "y" ? 0 : Number(axis.slice(1)) - 1] ?? "";
    const rows = traces
      .filter(({ yaxis = "y" }) => yaxis === axis)
      .flatMap(trace => trace.x.map((_, index) => row(trace, index)));
    return html`<tbody>${name === "" ? undefined : html`<tr><th scope="rowgroup" colspan="3">${safe(name)}</th></tr>`}${rows}</tbody>`;
  });
  const head = (text: string, kind = "") => html`<th scope="col" class="${kind}">${safe(text)}</th>`;
  const heads = named
    ? [head(y), head("series"), head(x, "number")]
    : [head("series"), head(x, "number"), head(others.length > 0 ? "value" : y, "number")];
  const shown = scrolling(`Plotted values of ${id}`, html`<table><thead><tr>${heads}</tr></thead>${groups}</table>`);
  return html`<details><summary>Where the plotted values come from${groups.length === 0 ? "" : ", and the values"}</summary>${origins}${groups.length === 0 ? undefined : shown}</details>`;
}

/** Returns text of a figure, in which markup is escaped already. */
const safe = (text: unknown): Markup => new Markup(String(text));
