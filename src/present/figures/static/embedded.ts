import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { picturePackages } from "./render.js";

let loader: string | undefined;

/**
 * Returns JavaScript for a page that loads Plotly without a network: it defines `window.rundLabPlotly`, a promise of the library.
 * The compressed library is 0.7 MB. It ignores a module loader on the page, such as the classic Notebook's.
 *
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if Plotly's package is not installed
 */
export function embeddedPlotly(): string {
  loader ??= `window.rundLabPlotly ??= (async () => {
  const bytes = Uint8Array.from(atob("${gzipSync(readFileSync(picturePackages().bundle), { level: 9 }).toString("base64")}"), c => c.charCodeAt(0));
  const source = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  new Function("define", "module", "exports", source)();
  return window.Plotly;
})();`;
  return loader;
}
