import { columnFormat } from "../../analysis/frames/column-format.js";
import type { Figure } from "../figures/index.js";
import type { ReportedFigure } from "./content.js";
import { html, Markup, scrolling, unbroken } from "./html.js";

/** Returns a figure with its caption: a picture that the page's script replaces by a drawing, and the origin of its values. */
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

/** Returns the plotted values as a table, for readers who cannot see the figure or doubt it. */
function plotted({ id, plot, sources }: Figure): Markup {
  const origins = html`<ul class="facts">${sources.map(({ series, dataset, values }) => html`<li>${series}: ${dataset}, ${values}</li>`)}</ul>`;
  // a figure of thousands of points, or a surface, is not readable as a table
  const traces = plot.data.filter(({ type, x }) => type === "scatter" && x.length > 0 && x.length <= 60);
  const [places, values] = [traces.flatMap(({ x }) => x), traces.flatMap(({ y }) => y)].map(columnFormat);
  const rows = traces.flatMap(({ name, x, y, mode, text, hovertext }) =>
    x.map((at, index) =>
      // the cells of a grid are described by the text that a pointer would show
      mode === "text"
        ? html`<tr><th scope="row">${new Markup(String((hovertext as string[])[index]))}</th><td class="number" colspan="2">${(text as string[])[index]}</td></tr>`
        : html`<tr><th scope="row">${new Markup(name)}</th><td class="number">${places!.text(at)}</td><td class="number">${values!.text(y[index]) || "not measured"}</td></tr>`,
    ),
  );
  const shown = scrolling(
    `Plotted values of ${id}`,
    html`<table><thead><tr><th scope="col">Series</th><th scope="col" class="number">x</th><th scope="col" class="number">y</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
  return html`<details><summary>Where the plotted values come from${rows.length === 0 ? "" : ", and the values"}</summary>${origins}${rows.length === 0 ? undefined : shown}</details>`;
}
