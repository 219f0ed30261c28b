import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { type Figure, fig10, fig13, ratioFigure, renderPng } from "../../../src/present/figures/index.js";
import { picturePackages } from "../../../src/present/figures/static/render.js";
import { needs, suiteNeeding, which } from "../../support/needs.js";

const test = suiteNeeding("static pictures beside a browser's", needs.chromium);

let browser: Browser;
let page: Page;

test.before(async () => {
  const { chromium } = await import("playwright-core");
  browser = await chromium.launch({
    executablePath: which("chromium")!,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  page = await browser.newPage();
  const { plotly, regular, bold } = picturePackages();
  const face = (file: string, weight: string) =>
    `@font-face { font-family: "DejaVu Sans"; font-weight: ${weight}; src: url(data:font/ttf;base64,${readFileSync(file, "base64")}); }`;
  await page.setContent(
    `<style>${face(regular, "400")}${face(bold, "700")} body { margin: 0 }</style><div id="place"></div>`,
  );
  await page.addScriptTag({ content: readFileSync(plotly, "utf8") });
  await page.evaluate(`Promise.all([...document.fonts].map(font => font.load()))`);
});

test.after(async () => {
  await browser.close();
});

/** Returns the difference between our picture and the browser's: the mean over pixels and colours, and the share of pixels that differ much. */
async function distance(figure: Figure, width: number): Promise<{ mean: number; far: number }> {
  const { data, layout } = figure.plot;
  await page.setViewportSize({ width, height: layout.height });
  await page.evaluate<unknown, readonly unknown[]>(
    ([data, layout, width]) =>
      (globalThis as unknown as { Plotly: { newPlot(...args: unknown[]): Promise<unknown> } }).Plotly.newPlot(
        "place",
        data,
        { ...(layout as object), width },
        { staticPlot: true },
      ),
    [data, layout, width],
  );
  const theirs = (await page.screenshot()).toString("base64");
  const ours = Buffer.from(await renderPng(figure.plot, width, 1)).toString("base64");
  return page.evaluate<{ mean: number; far: number }>(
    `(async (one, other) => {
      const pixels = async picture => {
        const image = new Image();
        image.src = "data:image/png;base64," + picture;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, image.width, image.height).data;
      };
      const [a, b] = [await pixels(one), await pixels(other)];
      if (a.length !== b.length) throw new Error("sizes differ");
      let sum = 0;
      let far = 0;
      for (let i = 0; i < a.length; i += 4) {
        const apart = [0, 1, 2].map(k => Math.abs(a[i + k] - b[i + k]));
        sum += (apart[0] + apart[1] + apart[2]) / 3;
        if (Math.max(...apart) > 96) far++;
      }
      return { mean: sum / (a.length / 4), far: far / (a.length / 4) };
    })("${ours}", "${theirs}")`,
  );
}

for (const width of [400, 800]) {
  test(`at ${width} pixels, figures differ from Chromium's by anti-aliasing only`, async () => {
    const data = await loadDataset("paper_data");
    for (const figure of [fig10([data]), fig13([data]), ratioFigure(data)]) {
      const { mean, far } = await distance(figure, width);
      assert.ok(mean < 2.5 && far < 0.005, `${figure.id}: mean ${mean}, far ${far}`);
    }
  });
}

test.run();
