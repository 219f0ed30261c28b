import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Figure, pngOfSvg, renderSvg } from "../figures/index.js";
import { pictureParts } from "../figures/static/render.js";
import { type ReportContent, reportPage } from "./page.js";

/** Width of the figures' files, in CSS pixels. */
const width = 900;

/**
 * Writes the report: `report/index.html`, and each figure as SVG, PNG and Plotly's JSON in `figures/`.
 *
 * @param out the results folder
 * @param each called after each figure, for a progress bar
 * @returns the path of the page
 * @throws LabError `RUND_PICTURE_PACKAGES` (kind `machine`) where an optional package is not installed
 */
export async function writeReport(
  out: string,
  content: Omit<ReportContent, "figures" | "plotly"> & { readonly figures: readonly Figure[] },
  each: (figure: Figure) => void = () => {},
): Promise<string> {
  const folder = join(out, "figures");
  await mkdir(folder, { recursive: true });
  await mkdir(join(out, "report"), { recursive: true });
  const figures = [];
  for (const figure of content.figures) {
    const svg = await renderSvg(figure.plot, width);
    const png = await pngOfSvg(svg);
    await writeFile(join(folder, `${figure.id}.svg`), svg);
    await writeFile(join(folder, `${figure.id}.png`), png);
    await writeFile(join(folder, `${figure.id}.json`), `${JSON.stringify(figure, null, 2)}\n`);
    figures.push({ figure, png });
    each(figure);
  }
  const page = join(out, "report", "index.html");
  await writeFile(page, reportPage({ ...content, figures, plotly: await plotlyScript() }));
  return page;
}

/** Plotly for the page; a script element ends at the first closing tag, even inside a string. */
const plotlyScript = async (): Promise<string> =>
  (await readFile(pictureParts().bundle, "utf8")).replaceAll("</script", "<\\/script");
