import { randomUUID } from "node:crypto";
import { embeddedPlotly } from "../figures/embedded.js";
import type { Figure } from "../figures/figure.js";
import { renderPng } from "../figures/static/render.js";
import { escapeHtml, scriptJson } from "../html.js";
import { displaySink } from "./display.js";

/** Width of the pictures in notebooks, in CSS pixels. */
const width = 800;

/**
 * Shows a figure below the running cell, as one bundle: Plotly's JSON where that is known (VS Code), a PNG everywhere
 * else, and the finding in words.
 *
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if the packages that draw pictures are not installed
 */
export async function show(figure: Figure): Promise<void> {
  const png = Buffer.from(await renderPng(figure.plot, width)).toString("base64");
  displaySink().display(
    {
      "application/vnd.plotly.v1+json": { data: figure.plot.data, layout: figure.plot.layout },
      "image/png": png,
      "text/plain": inWords(figure),
    },
    { metadata: { "image/png": { width, height: figure.plot.layout.height } } },
  );
}

/** A figure as plain text: its title, what it shows, what is plotted. */
export const inWords = ({ title, finding, caption }: Figure): string =>
  [...new Set([title, finding, caption])].filter(part => part !== "").join("\n\n");

const loaded = Symbol.for("rund-lab.plotly-loaded");

/**
 * Shows a figure that can be zoomed and pointed at, in the classic Notebook and in JupyterLab, with no extension and no
 * network. The first call in a notebook brings Plotly along, 0.7 MB: clear the output before saving.
 *
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if Plotly's package is not installed
 */
export function showInteractive(figure: Figure): void {
  const once = globalThis as { [loaded]?: true };
  const library = once[loaded] ? "" : embeddedPlotly();
  once[loaded] = true;
  const id = `rund-lab-${randomUUID()}`;
  const { data, layout } = figure.plot;
  displaySink().display({
    "text/html": `<div id="${id}" role="img" aria-label="${escapeHtml(figure.finding)}" style="height:${layout.height}px"></div>
<script>${library}
(async () => {
  const place = document.getElementById("${id}");
  if (window.rundLabPlotly === undefined) {
    place.textContent = "Plotly came with the first interactive figure, which is gone: restart the kernel and run all cells.";
    return;
  }
  const plotly = await window.rundLabPlotly;
  await plotly.newPlot(place, ${scriptJson(data)}, ${scriptJson(layout)}, { responsive: true, displaylogo: false });
})();
</script>`,
    "text/plain": inWords(figure),
  });
}
