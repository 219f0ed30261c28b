import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import * as assert from "uvu/assert";
import type { CodeCell } from "../../src/jupyter/nbformat.js";
import { needs, program, projectRoot, suiteNeeding, which } from "../support/needs.js";
import { codeCells, notebookNames, notebooksFolder, readNotebook } from "../support/notebooks.js";

const test = suiteNeeding("notebooks in Jupyter", needs.jupyter, program("jupyter-notebook"), needs.chromium);

let folder = "";
let env: NodeJS.ProcessEnv = {};
let browser: Browser;
let server: ChildProcess;
let address = "";

/** A port nobody listens on: the classic Notebook does not tell which one it took by itself. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

/** Waits until something holds, and says what if it never does. */
async function until(what: string, holds: () => Promise<boolean>, seconds = 120): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

test.before(async () => {
  // inside the checkout, so that the copies find its packages
  mkdirSync(join(projectRoot, "results"), { recursive: true });
  folder = mkdtempSync(join(projectRoot, "results", "test-"));
  cpSync(notebooksFolder, join(folder, "notebooks"), { recursive: true });
  symlinkSync(join(projectRoot, "raw"), join(folder, "raw"));
  const spec = execFileSync(process.execPath, [join(projectRoot, "dist/cli/main.js"), "kernel", "spec"]);
  mkdirSync(join(folder, "jupyter/kernels/rund-lab"), { recursive: true });
  writeFileSync(join(folder, "jupyter/kernels/rund-lab/kernel.json"), spec);
  env = { ...process.env, JUPYTER_PATH: join(folder, "jupyter"), HOME: folder };
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  const options = [`--port=${port}`, "--port-retries=0", "--no-browser", "--allow-root", "--NotebookApp.token="];
  server = spawn("jupyter-notebook", [...options, `--notebook-dir=${folder}`], { env, stdio: "ignore" });
  await until("the classic Notebook", () =>
    fetch(`${address}/api`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const { chromium } = await import("playwright-core");
  browser = await chromium.launch({
    executablePath: which("chromium")!,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
});

test.after(async () => {
  await browser.close();
  const ended = new Promise(resolve => server.once("exit", resolve));
  server.kill();
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

test("nbconvert executes every notebook", async () => {
  const out = join(folder, "converted");
  const words = ["--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=300", "--output-dir", out];
  const files = notebookNames.map(name => join(folder, "notebooks", name));
  await promisify(execFile)("jupyter-nbconvert", [...words, ...files], { env, maxBuffer: 1 << 26 });
  for (const name of notebookNames) {
    const [output] = codeCells(readNotebook(out, name)).findLast(calls("done"))!.outputs;
    assert.ok(output !== undefined && "data" in output, name);
    assert.match(String(output.data["text/plain"]), /^(All \d+ checks hold|The check holds)\.$/, name);
  }
});

/** What of the classic Notebook's page is used, in the page. */
interface ClassicPage {
  readonly Jupyter: {
    readonly notebook: {
      readonly kernel?: { is_connected(): boolean };
      execute_all_cells(): void;
    };
  };
}

async function runAll(name: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  await page.goto(`${address}/notebooks/notebooks/${name}`);
  await page.waitForFunction(() => {
    const { Jupyter } = globalThis as unknown as Partial<ClassicPage>;
    return Jupyter?.notebook?.kernel?.is_connected() === true;
  });
  await page.evaluate(() => {
    const { Jupyter } = globalThis as unknown as ClassicPage;
    Jupyter.notebook.execute_all_cells();
  });
  // outputs saved with the notebook are gone once their cell runs again: the last cell has none then, and later one
  await page.locator(".code_cell .prompt:has-text('[*]')").first().waitFor({ state: "attached", timeout: 30_000 });
  await page.locator(".code_cell .prompt:has-text('[*]')").first().waitFor({ state: "detached", timeout: 300_000 });
  return page;
}

/** Whether a cell calls a function. */
const calls = (name: string) => (cell: CodeCell) => new RegExp(`\\b${name}\\(`).test(cell.source);

/** Where a figure's middle point of its first line is, in pixels from the figure's corner; runs in the page. */
function middlePoint(drawn: unknown): { x: number; y: number } {
  interface Axis {
    readonly _offset: number;
    d2p(value: number): number;
  }
  const { data, _fullLayout: layout } = drawn as {
    readonly data: readonly { readonly x: number[]; readonly y: number[] }[];
    readonly _fullLayout: { readonly xaxis: Axis; readonly yaxis: Axis };
  };
  const { x, y } = data[0]!;
  const at = Math.floor(x.length / 2);
  const { xaxis, yaxis } = layout;
  return { x: xaxis._offset + xaxis.d2p(x[at]!), y: yaxis._offset + yaxis.d2p(y[at]!) };
}

for (const name of notebookNames.filter(each => /^(fig|distributions)/.test(each))) {
  test(`${name} in the classic Notebook: Run All shows each picture, and an interactive figure answers`, async () => {
    const page = await runAll(name);
    const committed = readNotebook(notebooksFolder, name);
    const pictures = committed.cells
      .flatMap(cell => (cell.cell_type === "code" ? cell.outputs : []))
      .filter(output => "data" in output && "image/png" in output.data);
    assert.is(await page.locator(".output_png img").count(), pictures.length);
    assert.is(await page.locator(".output_error").count(), 0);
    if (!codeCells(committed).some(calls("showInteractive"))) return page.close();
    const figure = page.locator(".js-plotly-plot").first();
    await figure.waitFor({ timeout: 60_000 });
    await figure.scrollIntoViewIfNeeded();
    const point = await figure.evaluate(middlePoint);
    const box = (await figure.boundingBox())!;
    const tooltip = figure.locator(".hoverlayer .hovertext");
    await until(
      "a tooltip",
      async () => {
        await page.mouse.move(box.x + point.x - 3, box.y + point.y);
        await page.mouse.move(box.x + point.x, box.y + point.y);
        return (await tooltip.count()) > 0;
      },
      20,
    );
    assert.match((await tooltip.first().textContent()) ?? "", "paper_data");
    await page.close();
  });
}

test.run();
