import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { PlotlyFigure } from "../figures/drawing/plotly.js";
import { picturePackages } from "../figures/static/render.js";
import { escapeHtml, scriptJson } from "../html.js";

/**
 * Returns HTML that draws an interactive figure, for zooming and for reading values, without network requests.
 *
 * Every figure contains the library (0.7 MB compressed), because an earlier output that contains it may have been cleared or may not
 * be on the page. A page that has the library already does not unpack it again. The names of lines that are labelled
 * at their ends appear in a legend while the figure is zoomed, because the ends may be out of sight.
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
  (${fitTitle})(plotly, place);
  (${keepNames})(plotly, place);
})();
</script>`;
}

let loader: string | undefined;

/**
 * Returns JavaScript for a page that loads Plotly without a network: it defines `window.rundLabPlotly`, a promise of the library.
 * The compressed library is 0.7 MB. It ignores a module loader on the page, such as the classic Notebook's.
 *
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if Plotly's package is not installed
 */
function embeddedPlotly(): string {
  loader ??= `window.rundLabPlotly ??= (async () => {
  const bytes = Uint8Array.from(atob("${gzipSync(readFileSync(picturePackages().bundle), { level: 9 }).toString("base64")}"), c => c.charCodeAt(0));
  const source = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  new Function("define", "module", "exports", source)();
  return window.Plotly;
})();`;
  return loader;
}

/** Runs in the page: makes the title small enough for a narrow page. */
const fitTitle = `(plotly, place) => {
  const title = () => place.querySelector(".gtitle");
  if (title() === null) return;
  const full = place._fullLayout.title.font.size;
  const fit = () => {
    const size = place._fullLayout.title.font.size;
    const needed = (title().getBBox().width / size) * full;
    const fitting = Math.min(full, Math.max(8, Math.floor((full * (place.clientWidth - 10)) / needed)));
    if (fitting !== size) plotly.relayout(place, { "title.font.size": fitting });
  };
  fit();
  new ResizeObserver(fit).observe(place);
}`;

/** Runs in the page: shows a legend while a figure without one is zoomed, in a separate row above the lines. */
const keepNames = `(plotly, place) => {
  const names = new Map();
  place.data.forEach(({ name }, index) => { if (name && !names.has(name)) names.set(name, index); });
  if (place.layout.showlegend !== false || names.size < 2) return;
  const traces = [...names.values()];
  const before = traces.map(index => place.data[index].showlegend ?? null);
  const height = place._fullLayout.height;
  const top = place._fullLayout.margin.t;
  const axes = () => Object.entries(place.layout).filter(([key]) => /^[xy]axis/.test(key));
  const ranges = () => JSON.stringify(axes().map(([, { range }]) => range.map(end => Number(end).toPrecision(9))));
  const whole = ranges();
  let zoomed = false;
  place.on("plotly_relayout", async () => {
    if (zoomed === (ranges() !== whole)) return;
    zoomed = !zoomed;
    await plotly.update(place, { showlegend: zoomed ? true : before }, { showlegend: zoomed }, traces);
    const more = zoomed ? Math.ceil(place.querySelector(".legend").getBBox().height) : 0;
    place.style.height = height + more + "px";
    const [title, legend] = [1 - 10 / (height + more), 1 - 36 / (height + more)];
    await plotly.relayout(place, { height: height + more, "margin.t": top + more, "title.y": title, "legend.y": legend });
  });
}`;
