import type { Figure } from "../figures/drawing/figure.js";
import { renderPng } from "../figures/static/render.js";
import { displaySink, type MimeBundle } from "./display.js";
import { interactiveHtml } from "./interactive.js";

/** Width of the pictures in notebooks, in CSS pixels. */
const width = 800;

/**
 * Displays a figure below the running cell, as one bundle: Plotly's JSON for front ends that know it (VS Code), a PNG for all
 * others, and the finding in words.
 *
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if the packages that draw pictures are not installed
 */
export async function show(figure: Figure): Promise<void> {
  displaySink().display(await figureBundle(figure), pictureSize(figure));
}

/** Returns the bundle that `show` displays. */
export async function figureBundle(figure: Figure): Promise<MimeBundle> {
  const { data, layout } = figure.plot;
  return {
    "application/vnd.plotly.v1+json": { data, layout },
    "image/png": await picture(figure),
    "text/plain": inWords(figure),
  };
}

/**
 * Displays an interactive figure, for zooming and for reading values, in the classic Notebook and in JupyterLab. It needs neither
 * an extension nor the network: the output contains the library (0.7 MB), so it also works in a saved notebook. A page that runs
 * no scripts shows a picture.
 *
 * @throws LabError `RUND_PICTURE_PACKAGES` (machine) if the packages that draw pictures are not installed
 */
export async function showInteractive(figure: Figure): Promise<void> {
  const bundle = {
    "text/html": interactiveHtml(figure.plot, figure.finding),
    "image/png": await picture(figure),
    "text/plain": inWords(figure),
  };
  displaySink().display(bundle, pictureSize(figure));
}

const picture = async ({ plot }: Figure): Promise<string> =>
  Buffer.from(await renderPng(plot, width)).toString("base64");

/** Returns the options of a display that give a figure its size on the page. */
export const pictureSize = ({ plot }: Figure) => ({ metadata: { "image/png": { width, height: plot.layout.height } } });

/** Returns a figure as plain text: its title, its finding, its caption. */
export const inWords = ({ title, finding, caption }: Figure): string =>
  [...new Set([title, finding, caption])].filter(part => part !== "").join("\n\n");
