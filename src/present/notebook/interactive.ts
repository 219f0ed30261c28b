import { randomUUID } from "node:crypto";
import { embeddedPlotly } from "../figures/embedded.js";
import type { PlotlyFigure } from "../figures/plotly.js";
import { escapeHtml, scriptJson } from "../html.js";

/**
 * Returns a piece of a page that draws a figure to zoom and point at, with no request to the network.
 *
 * The library comes with every figure, 0.7 MB compressed: a page cannot rely on an output that was cleared, reloaded or
 * saved elsewhere. A page that has the library already does not unpack it again. The names of lines that are labelled at
 * their ends appear in a legend while the figure is zoomed, since the ends may be out of sight.
 *
 * @param finding what the figure shows, for readers who cannot see it
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if Plotly's package is not installed
 */
export function interactiveHtml({ data, layout }: PlotlyFigure, finding: string): string {
  const id = `rund-lab-${randomUUID()}`;
  const height = typeof layout.height === "number" ? layout.height : 450;
  return `<div id="${id}" role="img" aria-label="${escapeHtml(finding)}" style="height:${height}px;min-width:0"></div>
<script>
(async () => {
  ${embeddedPlotly()}
  const place = document.getElementById("${id}");
  const plotly = await window.rundLabPlotly;
  const config = { responsive: true, displaylogo: false, showTips: false };
  await plotly.newPlot(place, ${scriptJson(data)}, ${scriptJson(layout)}, config);
  (${keepNames})(plotly, place);
})();
</script>`;
}

/** Runs in the page: shows a legend while a figure without one is zoomed. */
const keepNames = `(plotly, place) => {
  const names = new Map();
  place.data.forEach(({ name }, index) => { if (name && !names.has(name)) names.set(name, index); });
  if (place.layout.showlegend !== false || names.size < 2) return;
  const before = [...names.values()].map(index => place.data[index].showlegend ?? null);
  const axes = () => Object.entries(place.layout).filter(([key]) => /^[xy]axis/.test(key));
  const ranges = () => JSON.stringify(axes().map(([, { range }]) => range.map(end => Number(end).toPrecision(9))));
  const whole = ranges();
  let zoomed = false;
  place.on("plotly_relayout", () => {
    if (zoomed === (ranges() !== whole)) return;
    zoomed = !zoomed;
    plotly.update(place, { showlegend: zoomed ? true : before }, { showlegend: zoomed }, [...names.values()]);
  });
}`;
