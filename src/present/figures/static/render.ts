import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { LabError } from "../../../model/errors.js";
import type { PlotlyFigure } from "../drawing/plotly.js";
import { openPlotlyPage, type PlotlyPage } from "./browser.js";
import { readFont } from "./font.js";

/** The locations of the optional packages for drawing pictures. */
export interface PicturePackages {
  readonly plotly: string;
  /** The part of Plotly that draws our figures, minified, which is embedded in pages. */
  readonly bundle: string;
  readonly regular: string;
  readonly bold: string;
}

/**
 * Finds Plotly and the font among the installed packages.
 *
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if one of them, jsdom or resvg is not installed
 */
export function picturePackages(): PicturePackages {
  const require = createRequire(import.meta.url);
  const missing: string[] = [];
  const find = (name: string) => {
    try {
      return require.resolve(name);
    } catch {
      missing.push(name.startsWith("dejavu") ? "dejavu-fonts-ttf" : name);
      return "";
    }
  };
  const plotly = find("plotly.js-dist");
  const bundle = find("plotly.js-cartesian-dist-min");
  find("jsdom");
  find("@resvg/resvg-js");
  const fonts = join(dirname(find("dejavu-fonts-ttf/package.json")), "ttf");
  if (missing.length > 0) {
    throw new LabError("RUND_PICTURE_PACKAGES", "machine", `pictures need ${missing.join(", ")}`, {
      hint: `npm install ${missing.join(" ")}`,
    });
  }
  return { plotly, bundle, regular: join(fonts, "DejaVuSans.ttf"), bold: join(fonts, "DejaVuSans-Bold.ttf") };
}

let page: Promise<PlotlyPage> | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Returns a figure as SVG, drawn by Plotly without a browser. The same figure gives the same text on every machine.
 *
 * The first call loads Plotly, which takes about a second; figures are drawn one after another.
 *
 * @param width in CSS pixels; the height is the layout's
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if an optional package is not installed
 */
export function renderSvg({ data, layout }: PlotlyFigure, width = 800): Promise<string> {
  const drawn = last.then(async () => {
    const { plotly: plotlyFile, regular, bold } = picturePackages();
    page ??= openPlotlyPage(plotlyFile, { regular: readFont(regular), bold: readFont(bold) });
    const { plotly, reseed } = await page;
    reseed();
    const options = { format: "svg", imageDataOnly: true, width, height: layout.height } as const;
    return plotly.toImage({ data, layout }, options);
  });
  last = drawn.catch(() => {});
  return drawn;
}

/**
 * Returns a figure as PNG bytes, drawn by resvg from its SVG with the same font that was used to measure it.
 *
 * @param width in CSS pixels; each is `scale` pixels of the picture
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if an optional package is not installed
 */
export async function renderPng(figure: PlotlyFigure, width = 800, scale = 2): Promise<Uint8Array> {
  return pngOfSvg(await renderSvg(figure, width), scale);
}

/**
 * Returns an SVG of `renderSvg` as PNG bytes.
 *
 * @param top CSS pixels to leave out at the top
 */
export async function pngOfSvg(svg: string, scale = 2, top = 0): Promise<Uint8Array> {
  const { regular, bold } = picturePackages();
  const { Resvg } = await import("@resvg/resvg-js");
  const font = { loadSystemFonts: false, fontFiles: [regular, bold], defaultFontFamily: "DejaVu Sans" };
  const crop = { left: 0, top: scale * top };
  return new Resvg(svg, { font, fitTo: { mode: "zoom", value: scale }, crop }).render().asPng();
}
