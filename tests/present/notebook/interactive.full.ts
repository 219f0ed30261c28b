/** The interactive figure in Chromium: after a reload, alone, zoomed, and on a narrow page. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import * as assert from "uvu/assert";
import { loadDatasets } from "../../../src/analysis/datasets/index.js";
import { fig05, fig10, fig11, fig13, latencyFigure } from "../../../src/present/figures/index.js";
import { interactiveHtml } from "../../../src/present/notebook/interactive.js";
import { needs, projectRoot, suiteNeeding } from "../../support/needs.js";

interface Context {
  folder: string;
  browser: Browser;
  page: Page;
  requests: string[];
}

const test = suiteNeeding("the interactive figure", needs.chromium) as import("uvu").Test<Context>;

test.before(async context => {
  context.folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  context.browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  context.page = await context.browser.newPage();
  context.requests = [];
  context.page.on("request", request => {
    if (!request.url().startsWith("file:") && !request.url().startsWith("blob:")) context.requests.push(request.url());
  });
});
test.after(async ({ browser, folder }) => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

const datasets = await loadDatasets([join(projectRoot, "paper_data")]);
const figures = {
  fig05: fig05(datasets),
  fig10: fig10(datasets),
  fig11: fig11(datasets),
  fig13: fig13(datasets),
  latency: latencyFigure(datasets, 200),
};

/** Opens a page with figures like those in a notebook's outputs, and waits until they are drawn. */
async function open({ page, folder }: Context, shown: readonly (keyof typeof figures)[], width = 800): Promise<void> {
  const file = join(folder, `${shown.join("-")}.html`);
  const outputs = shown.map(
    name => `<div class="output">${interactiveHtml(figures[name].plot, figures[name].finding)}</div>`,
  );
  writeFileSync(file, `<!doctype html><meta charset="utf-8"><body style="margin:0">${outputs.join("\n")}`);
  await page.setViewportSize({ width, height: 900 });
  await page.goto(pathToFileURL(file).href);
  await drawn(page, shown.length);
}

const drawn = (page: Page, count: number) =>
  page.waitForFunction(
    `[...document.querySelectorAll(".js-plotly-plot")].filter(plot => plot.querySelector(".trace") !== null).length === ${count}`,
    undefined,
    { timeout: 20_000 },
  );

test("is drawn again after a reload, and if it is alone on a page, without network requests", async context => {
  await open(context, ["fig10", "fig05"]);
  await context.page.reload();
  await drawn(context.page, 2);
  await open(context, ["fig05"]);
  assert.equal(context.requests, []);
});

test("has a legend only while it is zoomed, and Plotly's notice does not appear", async context => {
  await open(context, ["fig10"]);
  const { page } = context;
  const names = () =>
    page.evaluate(`[...document.querySelectorAll(".legendtext")].map(text => text.textContent)`) as Promise<string[]>;
  assert.equal(await names(), []);
  const area = (await page.locator(".nsewdrag").first().boundingBox())!;
  await page.mouse.move(area.x + area.width * 0.3, area.y + area.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(area.x + area.width * 0.7, area.y + area.height * 0.7, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction(`document.querySelectorAll(".legendtext").length > 0`);
  assert.equal((await names()).sort(), ["Kata-FC", "Kata-QEMU", "Kata-template", "RunD"]);
  assert.is(await page.locator(".plotly-notifier").count(), 0);
  await page.screenshot({ path: join(tmpdir(), "interactive-zoomed.png") });
  await page.mouse.dblclick(area.x + area.width / 2, area.y + area.height / 2);
  await page.waitForFunction(`document.querySelectorAll(".legendtext").length === 0`);
});

for (const name of Object.keys(figures) as (keyof typeof figures)[]) {
  test(`${name} is whole on a page of 370 pixels`, async context => {
    await open(context, [name], 370);
    await context.page.screenshot({ path: join(tmpdir(), `interactive-${name}.png`) });
    const cut = await context.page.evaluate(`[...document.querySelectorAll(".js-plotly-plot svg text")]
      .map(text => ({ text: text.textContent, box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0 && (box.left < -0.5 || box.right > 370.5))
      .map(({ text, box }) => text + " " + Math.round(box.left) + " to " + Math.round(box.right))`);
    assert.equal(cut, []);
  });
}

test.run();
