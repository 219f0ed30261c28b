import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Figure, pngOfSvg, renderSvg, titleHeight } from "../figures/index.js";
import { picturePackages } from "../figures/static/render.js";
import type { ReportContent, ReportedFigure } from "./content.js";
import { reportPage } from "./page.js";

/** Width of the figures' files, in CSS pixels. */
const width = 900;
/** Pixels of a PNG per CSS pixel. */
const scale = 2;

/**
 * Writes the report: `report/index.html`, and each figure as SVG, PNG and Plotly's JSON in `figures/`.
 *
 * @param out the results folder
 * @param each called after each figure, for a progress bar
 * @returns the path of the page
 * @throws LabError `RUND_PICTURE_PACKAGES` (kind `machine`) if an optional package is not installed
 */
export async function writeReport(
  out: string,
  content: ReportContent,
  each: (figure: Figure) => void = () => {},
): Promise<string> {
  const folder = join(out, "figures");
  await mkdir(folder, { recursive: true });
  await mkdir(join(out, "report"), { recursive: true });
  const drawn = async (all: readonly Figure[]): Promise<readonly ReportedFigure[]> => {
    const done: ReportedFigure[] = [];
    for (const figure of all) {
      const svg = await renderSvg(figure.plot, width);
      await writeFile(join(folder, `${figure.id}.svg`), svg);
      await writeFile(join(folder, `${figure.id}.png`), await pngOfSvg(svg, scale));
      await writeFile(join(folder, `${figure.id}.json`), `${JSON.stringify(figure, null, 2)}\n`);
      // the page has the title as text
      done.push({ figure, png: await pngOfSvg(svg, scale, titleHeight) });
      each(figure);
    }
    return done;
  };
  const figures = await drawn(content.figures);
  const own = content.own === null ? null : { ...content.own, figures: await drawn(content.own.figures) };
  const page = join(out, "report", "index.html");
  await writeFile(page, reportPage({ ...content, figures, own }, await plotlyScript()));
  return page;
}

/** Returns Plotly's script with its closing tags escaped: a script element ends at the first one, even inside a string. */
const plotlyScript = async (): Promise<string> =>
  (await readFile(picturePackages().bundle, "utf8")).replaceAll("</script", "<\\/script");
