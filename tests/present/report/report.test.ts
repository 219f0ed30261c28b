import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judgeAll, paperClaims } from "../../../src/analysis/claims/index.js";
import { loadDataset, loadDatasets, recordedCampaign } from "../../../src/analysis/datasets/index.js";
import { allTables, verifyDistilled } from "../../../src/analysis/tables/index.js";
import { claimsFigure, fig05, fig10, fig11, ratioFigure } from "../../../src/present/figures/index.js";
import { scriptJson } from "../../../src/present/html.js";
import { html } from "../../../src/present/report/html.js";
import { writeReport } from "../../../src/present/report/index.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("markup");

test("whatever stands in a template is escaped, unless it is markup itself", () => {
  const hostile = `<script>alert("1")</script>&`;
  assert.is(html`<p title="${hostile}">${[html`<b>${hostile}</b>`, 3]}</p>`.text.match(/<script/g), null);
  assert.match(html`<p>${hostile}</p>`.text, /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;/);
});

test("JSON in a script element cannot end the element", () => {
  assert.not.match(scriptJson({ a: "</script><!--" }), /</);
  assert.equal(JSON.parse(scriptJson({ a: "</script>" })), { a: "</script>" });
});

test.run();

const inBrowser = suiteNeeding("the report in a browser", needs.chromium);
let browser: Browser;
inBrowser.before(async () => {
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
});
inBrowser.after(() => browser.close());

inBrowser(
  "opens from disk, draws every figure, asks the network for nothing, and axe finds no fault in light or dark",
  () =>
    inTempFolder(async folder => {
      const datasets = await loadDatasets(["paper_data", "ae_data"]);
      const paper = datasets[0]!;
      const claims = claimsFigure(judgeAll(paperClaims, { dataset: paper, baseline: paper }));
      const figures = [claims, fig05(datasets), fig10(datasets), fig11(datasets), ratioFigure(paper)];
      const fresh = await loadDataset(recordedCampaign);
      const own = { ...fig10([fresh]), id: "fresh-fig-10" };
      const page = await writeReport(folder, {
        version: "1.2.3",
        datasets,
        beside: { title: "Measured afresh", intro: "On two processors.", dataset: fresh, figures: [own] },
        tables: new Map([...datasets, fresh].map(dataset => [dataset.name, allTables(dataset)])),
        verification: await verifyDistilled(),
        findings: ["<img src=x onerror=alert(1)> is text"],
        headlines: ["2 claims: 1 supported"],
        claims: [
          {
            dataset: "paper_data",
            id: "a",
            section: "5.2",
            statement: "one",
            verdict: "supported",
            evidence: "84.2 ms",
            verified: true,
          },
          {
            dataset: "paper_data",
            id: "b",
            section: "5.3",
            statement: "two",
            verdict: "not-measured",
            evidence: "–",
            verified: false,
          },
        ],
        figures,
      });
      assert.ok(statSync(page).size < 8e6);
      for (const { id } of figures) {
        for (const kind of ["svg", "png", "json"])
          assert.ok(statSync(join(folder, "figures", `${id}.${kind}`)).size > 1000);
      }
      const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [400, 1200]) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
          const tab = await context.newPage();
          const wrong: string[] = [];
          tab.on("console", message => message.type() === "error" && wrong.push(message.text()));
          tab.on("pageerror", error => wrong.push(String(error)));
          tab.on("request", request => /^(file|data|blob):/.test(request.url()) || wrong.push(request.url()));
          await tab.goto(`file://${page}`);
          for (const { id } of [...figures, own]) {
            await tab.locator(`#${id}`).scrollIntoViewIfNeeded();
            await tab.locator(`#${id}-drawn .main-svg`).first().waitFor();
          }
          // a legend of five rows on a phone, of one or two on a desk, and the panels' titles close below it
          await tab.waitForFunction(`(() => {
            const [legend, title] = [".legend", ".infolayer .annotation"].map(part =>
              document.querySelector("#fig-11-drawn " + part).getBoundingClientRect());
            return legend.bottom <= title.top + 1 && title.top - legend.bottom < 20;
          })()`);
          assert.is(await tab.locator("img[src=x]").count(), 0);
          const ids = (await tab.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")) as string[];
          assert.equal(
            ids.filter((id, index) => ids.indexOf(id) !== index),
            [],
          );
          assert.is(
            await tab.evaluate("document.documentElement.scrollWidth > innerWidth"),
            false,
            `too wide at ${width}`,
          );
          await tab.evaluate(axe);
          const violations = await tab.evaluate(
            "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
          );
          assert.equal([wrong, violations], [[], []], `${colorScheme}, ${width}`);
          await context.close();
        }
      }
    }),
);

inBrowser("prints the still pictures, not the drawn ones", () =>
  inTempFolder(async folder => {
    const datasets = await loadDatasets(["ae_data"]);
    const page = await writeReport(folder, {
      version: "1.2.3",
      datasets,
      tables: new Map(),
      verification: await verifyDistilled(),
      findings: [],
      headlines: [],
      claims: [],
      figures: [fig05(datasets)],
      beside: null,
    });
    const tab = await browser.newPage();
    await tab.goto(`file://${page}`);
    await tab.locator("#fig-05").scrollIntoViewIfNeeded();
    await tab.locator("#fig-05-drawn .main-svg").first().waitFor();
    await tab.emulateMedia({ media: "print" });
    assert.equal(
      [await tab.locator("#fig-05-still").isVisible(), await tab.locator("#fig-05-drawn").isVisible()],
      [true, false],
    );
    await tab.close();
  }),
);

inBrowser.run();
