/** The lab kernel in Debian's classic Notebook, driven in Chromium as a reader would. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import * as assert from "uvu/assert";
import { type CodeCell, formatNotebook, type Notebook, parseNotebook } from "../../src/jupyter/nbformat.js";
import { runNotebook } from "../../src/jupyter/run-notebook.js";
import { installKernelSpec, kernelSpecFolder } from "../../src/kernel/spec.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { labKernel } from "./live-kernel.js";
import { plainCells } from "./plain-notebook.js";

interface Context {
  folder: string;
  server: ChildProcess;
  browser: Browser;
  page: Page;
}

const test = suiteNeeding(
  "the lab kernel in classic Notebook",
  needs.jupyter,
  needs.chromium,
) as import("uvu").Test<Context>;

const notebook: Notebook = {
  metadata: { kernelspec: { name: "rund-lab", display_name: "TypeScript (rund-lab)", language: "typescript" } },
  cells: plainCells.map((source, at) => ({
    cell_type: "code",
    id: `c${at}`,
    metadata: { tags: ["raises-exception"] },
    source,
    execution_count: null,
    outputs: [],
  })),
};

test.before(async context => {
  context.folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  installKernelSpec(kernelSpecFolder(join(context.folder, "jupyter")));
  writeFileSync(join(context.folder, "plain.ipynb"), formatNotebook(notebook));
  const server = spawn(
    "jupyter-notebook",
    [
      "--no-browser",
      "--allow-root",
      `--port=${await freePort()}`,
      "--ip=127.0.0.1",
      `--notebook-dir=${context.folder}`,
      "--NotebookApp.token=secret",
    ],
    {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, HOME: context.folder, JUPYTER_DATA_DIR: join(context.folder, "jupyter") },
    },
  );
  context.server = server;
  const address = await new Promise<string>((resolve, reject) => {
    let log = "";
    const timer = setTimeout(() => reject(new Error(`the server does not start: ${log}`)), 60_000);
    server.stderr!.on("data", chunk => {
      log += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(log);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[0]);
    });
  });
  context.browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  context.page = await context.browser.newPage();
  await context.page.goto(`${address}/notebooks/plain.ipynb?token=secret`);
  await inPage(context.page, "Jupyter.notebook && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()");
});

test.after(async ({ folder, server, browser }) => {
  await browser?.close();
  const ended = new Promise(resolve => server.on("exit", resolve));
  server.kill("SIGTERM");
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

/** A port to begin with; the server takes another one if it is gone. */
const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

/** Waits until an expression is true in the page. */
const inPage = (page: Page, expression: string) => page.waitForFunction(expression, undefined, { timeout: 120_000 });

/** Runs all cells, without stopping at those that are meant to fail, and waits for the last. */
async function runAll(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    Jupyter.notebook.get_cells().forEach(cell => cell.clear_output());
    Jupyter.notebook.get_cells().forEach(cell => cell.execute(false));
  })()`);
  await inPage(
    page,
    "Jupyter.notebook.get_cells().every(cell => !cell.running && typeof cell.input_prompt_number === 'number')",
  );
}

test("all cells run, and what is saved is what the headless runner writes", async ({ page, folder }) => {
  await runAll(page);
  await page.evaluate("Jupyter.notebook.save_notebook()");
  await inPage(page, "!Jupyter.notebook.dirty");
  const theirs = parseNotebook(readFileSync(join(folder, "plain.ipynb"), "utf8"), "plain.ipynb");
  const { notebook: ours } = await runNotebook(notebook, { kernel: labKernel, cwd: folder });
  const outputs = (of: Notebook) => of.cells.map(cell => (cell as CodeCell).outputs);
  assert.equal(outputs(theirs), outputs(ours));
});

test("a cell is edited and run again, and later cells see the change", async ({ page }) => {
  await page.evaluate(`(() => {
    const [first] = Jupyter.notebook.get_cells();
    first.set_text("const xs: number[] = [9, 8, 7, 6];");
    first.execute();
    Jupyter.notebook.get_cells().at(-1).execute();
  })()`);
  await inPage(page, "/^4\\s*$/.test(document.querySelector('.cell:last-child .output_text')?.innerText ?? '')");
});

test("the stop button interrupts an endless cell, and the kernel goes on", async ({ page }) => {
  await page.evaluate(`(() => {
    const cell = Jupyter.notebook.get_cells().at(-1);
    cell.set_text("console.log('on'); for (;;) {}");
    cell.execute();
  })()`);
  await inPage(page, "/^on/.test(document.querySelector('.cell:last-child .output_stdout')?.innerText ?? '')");
  await page.click("button[data-jupyter-action='jupyter-notebook:interrupt-kernel']");
  await inPage(
    page,
    "/KeyboardInterrupt/.test(document.querySelector('.cell:last-child .output_error')?.innerText ?? '')",
  );
  await page.evaluate(`(() => {
    const cell = Jupyter.notebook.get_cells().at(-1);
    cell.set_text("xs[0]");
    cell.execute();
  })()`);
  await inPage(page, "/^9\\s*$/.test(document.querySelector('.cell:last-child .output_text')?.innerText ?? '')");
});

test("restart and run all gives a fresh kernel", async ({ page }) => {
  await page.evaluate(`(() => {
    Jupyter.notebook.get_cells().at(-1).set_text("typeof (globalThis as any).mark");
    Jupyter.notebook.kernel.restart();
  })()`);
  await inPage(page, "Jupyter.notebook.kernel.is_connected() && Jupyter.notebook.kernel.info_reply.status === 'ok'");
  await page.evaluate("Jupyter.notebook.get_cells().at(-1).execute()");
  await inPage(page, "Jupyter.notebook.get_cells().at(-1).input_prompt_number === 1");
});

test("completion and the tooltip come from TypeScript", async ({ page }) => {
  const answer = (type: string, content: object) =>
    page.evaluate(`new Promise(resolve => Jupyter.notebook.kernel.send_shell_message(
      ${JSON.stringify(type)}, ${JSON.stringify(content)}, { shell: { reply: message => resolve(message.content) } }))`);
  const completion = (await answer("complete_request", { code: "Number.isSaf", cursor_pos: 12 })) as {
    matches: string[];
  };
  assert.equal(completion.matches, ["isSafeInteger"]);
  const tooltip = (await answer("inspect_request", { code: "Math.max(", cursor_pos: 9, detail_level: 0 })) as {
    found: boolean;
  };
  assert.is(tooltip.found, true);
});

test.run();
