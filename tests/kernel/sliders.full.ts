/** `explore` in classic Notebook with Jupyter's widgets, driven in Chromium as a reader would. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { needs, program, suiteNeeding } from "../support/needs.js";
import { type ClassicNotebook, inPage, runAll, save, startClassicNotebook } from "./classic-notebook.js";
import { notebookOf } from "./plain-notebook.js";

const extension = "jupyter-js-widgets/extension";
const dataFolders = [
  ...(process.env.JUPYTER_PATH ?? "").split(delimiter),
  "/usr/local/share/jupyter",
  "/usr/share/jupyter",
];

const test = suiteNeeding("sliders in classic Notebook", program("jupyter-notebook"), needs.chromium, {
  name: "widgetsnbextension (version 7 or 8 of ipywidgets; JUPYTER_PATH may name its folder)",
  here: dataFolders.some(folder => existsSync(join(folder, "nbextensions", `${extension}.js`))),
  // Debian 12 has version 6
  optional: true,
}) as import("uvu").Test<ClassicNotebook>;

const notebook = notebookOf([
  'import { explore, latencyFigure, loadDatasets } from "rund-lab";\nconst datasets = await loadDatasets(["paper_data"]);',
  "await explore(({ concurrency }) => latencyFigure(datasets, concurrency), { concurrency: [1, 10, 400] });",
]);

test.before(async context => {
  Object.assign(context, await startClassicNotebook(notebook, [extension]));
});
test.after(context => context.stop());

const slider = ".cell:last-child .noUi-handle";
/** The pictures below the last cell that can be seen. */
const pictures = "[...document.querySelectorAll('.cell:last-child img')].filter(img => img.offsetParent !== null)";

/** Moves the slider by a step, and waits until exactly one picture is shown and differs from the one before. */
async function move(page: Page, readout: string): Promise<void> {
  const before = await page.evaluate(`${pictures}[0].src`);
  await page.locator(slider).focus();
  await page.keyboard.press("ArrowRight");
  await inPage(page, `${pictures}.length === 1 && ${pictures}[0].src !== ${JSON.stringify(before)}`);
  assert.is(await page.locator(".cell:last-child .widget-readout").textContent(), readout);
}

test("sliders appear, also if all cells run as soon as the page is open, and draw the figure again", async ({
  page,
}) => {
  await inPage(page, "Jupyter.notebook.kernel.widget_manager");
  await runAll(page);
  await page.locator(slider).waitFor();
  assert.is(await page.locator(".output_error").count(), 0);
  await move(page, "10");
});

test("after a reload, the slider keeps its position and draws the figure again", async ({ page, open }) => {
  await save(page);
  await open();
  await page.locator(slider).waitFor();
  assert.is(await page.locator(".cell:last-child .widget-readout").textContent(), "10");
  await inPage(page, `${pictures}.length === 1`);
  await move(page, "400");
});

test.run();
