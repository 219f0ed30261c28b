import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findings, judgeAll, paperClaims } from "../../../src/analysis/claims/index.js";
import { loadDataset, loadDatasets, recordedCampaign } from "../../../src/analysis/datasets/index.js";
import { allTables, verifyDistilled } from "../../../src/analysis/tables/index.js";
import { claimsFigure, fig05, fig10, fig11, ratioFigure } from "../../../src/present/figures/index.js";
import { scriptJson } from "../../../src/present/html.js";
import type { ReportContent, ReportedFigure } from "../../../src/present/report/content.js";
import { html } from "../../../src/present/report/html.js";
import { gatherReport, writeReport } from "../../../src/present/report/index.js";
import { reportPage } from "../../../src/present/report/page.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("markup");

test("values in a template are escaped, unless they are markup themselves", () => {
  const hostile = `<script>alert("1")</script>&`;
  assert.is(html`<p title="${hostile}">${[html`<b>${hostile}</b>`, 3]}</p>`.text.match(/<script/g), null);
  assert.match(html`<p>${hostile}</p>`.text, /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;&amp;/);
});

test("JSON in a script element cannot end the element", () => {
  assert.not.match(scriptJson({ a: "</script><!--" }), /</);
  assert.equal(JSON.parse(scriptJson({ a: "</script>" })), { a: "</script>" });
});

test.run();

const pages = suite("the page");

/** Returns a page with only the given content. */
const pageOf = (content: Partial<ReportContent<ReportedFigure>> & Pick<ReportContent, "datasets">) =>
  reportPage(
    {
      version: "1.2.3",
      own: null,
      figures: [],
      tables: new Map(),
      verdicts: new Map(),
      findings: new Map(),
      disk: new Map(),
      verification: { cells: 0, matched: 0, mismatched: [], missing: [] },
      ...content,
    },
    "",
  );

/** Returns the texts of each row's cells, by the text of the first cell. */
const rowsOf = (page: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) => {
      const [first = "", ...rest] = [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) =>
        cell.replace(/<[^>]*>/g, ""),
      );
      return [first, rest];
    }),
  );

pages("the numbers of tables are rounded", async () => {
  const data = await loadDataset("paper_data");
  const cpu = allTables(data).filter(({ name }) => name === "cpu");
  // cpu.csv has 678.1999999999999, 816.6, 952.9799999999999 in this row, and no number below 100
  const rows = rowsOf(pageOf({ datasets: [data], tables: new Map([["paper_data", cpu]]) }));
  assert.equal(rows.get("Kata-QEMU")?.slice(0, 3), ["678", "817", "953"]);
});

pages("each difference between runtimes that claims compare is listed once, by setting", async () => {
  const data = await loadDataset("paper_data");
  const verdicts = judgeAll(paperClaims, { dataset: data, baseline: data });
  const rows = rowsOf(pageOf({ datasets: [data], verdicts: new Map([["paper_data", verdicts]]) }));
  // by versions.txt and the configs beside the logs
  assert.equal(rows.get("setting"), ["RunD", "Kata-template", "Kata-QEMU", "Kata-FC"]);
  assert.equal(rows.get("containerd"), ["v1.3.10", "the same", "the same", "v1.5.8"]);
  assert.equal(rows.get("guestMemoryExtraMb"), ["180", "240", "200", "160"]);
});

pages("the plotted values are listed with their panels and quantities", async () => {
  const data = await loadDataset("ae_data");
  const shown = ({ figure }: Pick<ReportedFigure, "figure">) => {
    const page = pageOf({ datasets: [data], figures: [{ figure, png: new Uint8Array() }] });
    const heads = page.match(new RegExp(`Plotted values of ${figure.id}.*?</table>`, "s"))![0];
    return [...heads.matchAll(/<th scope="(?:col|rowgroup)"[^>]*>(.*?)<\/th>/g)].map(([, head]) => head);
  };
  assert.equal(shown({ figure: fig05([data]) }), [
    "series",
    "density (running sandboxes of 128 MB)",
    "memory per sandbox (MiB)",
  ]);
  assert.equal(shown({ figure: fig10([data]) }), [
    "series",
    "concurrency (sandboxes started at once)",
    "value",
    "makespan (ms)",
    "CPU per sandbox (ms)",
  ]);
});

pages("each plotted value of the claims is listed with its claim", async () => {
  const data = await loadDataset("paper_data");
  const figure = claimsFigure(judgeAll(paperClaims, { dataset: data, baseline: data }));
  const rows = rowsOf(pageOf({ datasets: [data], figures: [{ figure, png: new Uint8Array() }] }));
  assert.equal(rows.get("claim"), ["series", "half-widths of the band"]);
  // 84.22 ms against 88 ms with a band of ± 5 %: (84.22 - 88) / 4.4
  const [verdict, place] = rows.get("single-88ms")!;
  assert.is(verdict, "inconclusive");
  assert.ok(Math.abs(Number(place) - -0.859) < 0.001, place);
});

pages("the contents link to each figure, and without published cells the page does not mention them", async () => {
  const data = await loadDataset("ae_data");
  const page = pageOf({ datasets: [data], figures: [{ figure: fig05([data]), png: new Uint8Array() }] });
  assert.match(page, '<a href="#fig-05">');
  assert.match(page, '<figure id="fig-05"');
  assert.not.match(page, "published numbers");
});

pages(
  "the page opens with a row per claim and a column per dataset, Figure 10, and five findings with links",
  async () => {
    const datasets = await loadDatasets(["paper_data", "ae_data"]);
    const [paper] = datasets;
    const content = gatherReport(datasets, paper!, null);
    const figures = content.figures.map(figure => ({ figure, png: new Uint8Array() }));
    const page = pageOf({ ...content, figures, own: null });
    const [, opening = ""] = /aria-labelledby="answer">(.*?)<nav/s.exec(page) ?? [];
    const rows = rowsOf(/<table class="matrix">.*?<\/table>/s.exec(opening)![0]);
    assert.equal(rows.get("The paper claims"), ["paper_data", "ae_data"]);
    const [onPaper, onAe] = [...rows].find(([claim]) => claim.startsWith("RunD starts over 200"))![1];
    assert.match(onPaper!, /^contradicted.*1085.ms/);
    assert.match(onAe!, /^supported.*760\.6.ms/);
    const cpu = [...rows].find(([claim]) => claim.includes("cpu-200"))![1];
    assert.match(cpu[0]!, "consistent with a run of 169.5");
    // eleven claims have a sure wording; rootfs, cgroup and kernel are measured by neither dataset
    assert.is(rows.size, 1 + 8);
    assert.match(opening, /No dataset has measurements for <code>rootfs<\/code>/);
    assert.match(opening, '<figure id="fig-10"');
    const linked = [...opening.matchAll(/<li>.*?<a href="#([^"]+)">figure<\/a>/gs)].map(([, id]) => id);
    assert.equal(linked, ["claims", "fig-10", "ratio", "fig-13", "rounds"]);
    for (const id of linked) assert.is(page.split(`<figure id="${id}"`).length, 2);
    // the full lists are there, folded
    assert.match(page, /<details class="fold"><summary>The evidence on ae_data<\/summary>/);
    assert.match(page, /<details class="fold"><summary>10 findings in paper_data<\/summary>/);
  },
);

pages.run();

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
  "opens from disk, draws every figure, makes no network request, and axe finds no fault in light or dark",
  () =>
    inTempFolder(async folder => {
      const datasets = await loadDatasets(["paper_data", "ae_data"]);
      const paper = datasets[0]!;
      const verdicts = judgeAll(paperClaims, { dataset: paper, baseline: paper });
      const claims = claimsFigure(verdicts);
      const figures = [claims, fig05(datasets), fig10(datasets), fig11(datasets), ratioFigure(paper)];
      const fresh = await loadDataset(recordedCampaign);
      const own = { ...fig10([fresh]), id: "fresh-fig-10" };
      const hostile = {
        kind: "drift",
        text: "<img src=x onerror=alert(1)> is text",
        table: { columns: ["<i>"], rows: [["<b>"]] },
      } as const;
      const page = await writeReport(folder, {
        version: "1.2.3",
        datasets,
        disk: new Map(),
        own: { title: "Measured afresh", intro: "On two processors.", dataset: fresh, figures: [own] },
        tables: new Map([...datasets, fresh].map(dataset => [dataset.name, allTables(dataset)])),
        verification: await verifyDistilled(),
        findings: new Map([["paper_data", [hostile, ...findings(paper, verdicts)]]]),
        verdicts: new Map([
          ["paper_data", verdicts],
          ["ae_data", judgeAll(paperClaims, { dataset: datasets[1]!, baseline: paper })],
        ]),
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
          for (const fold of await tab.locator("details.fold > summary").all()) await fold.click();
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

inBrowser("prints the still pictures, not the drawn ones, each with its title once", () =>
  inTempFolder(async folder => {
    const datasets = await loadDatasets(["ae_data"]);
    const page = await writeReport(folder, {
      version: "1.2.3",
      datasets,
      tables: new Map(),
      verification: await verifyDistilled(),
      findings: new Map(),
      verdicts: new Map(),
      figures: [fig05(datasets)],
      own: null,
      disk: new Map(),
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
    // the picture begins below the 34 pixels that hold its title; two pixels of the file for each
    const { height } = fig05(datasets).plot.layout;
    assert.is(await tab.evaluate("document.getElementById('fig-05-still').naturalHeight"), 2 * (height - 34));
    await tab.close();
  }),
);

inBrowser.run();
