/** Debian's classic Notebook with the lab kernel, and a page in Chromium. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { formatNotebook, type Notebook } from "../../src/jupyter/nbformat.js";
import { installKernelSpec, kernelSpecFolder } from "../../src/kernel/spec.js";

/** A running server whose folder has one notebook, and the page that shows it. */
export interface ClassicNotebook {
  readonly folder: string;
  readonly page: Page;
  /** Opens the notebook, or reloads it if it is open, and waits for its kernel. */
  open(): Promise<void>;
  stop(): Promise<void>;
}

/** @param extensions the notebook extensions to load */
export async function startClassicNotebook(
  notebook: Notebook,
  extensions: readonly string[] = [],
): Promise<ClassicNotebook> {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  installKernelSpec(kernelSpecFolder(join(folder, "jupyter")));
  writeFileSync(join(folder, "notebook.ipynb"), formatNotebook(notebook));
  mkdirSync(join(folder, "config/nbconfig"), { recursive: true });
  writeFileSync(
    join(folder, "config/nbconfig/notebook.json"),
    JSON.stringify({ load_extensions: Object.fromEntries(extensions.map(name => [name, true])) }),
  );
  const options = ["--no-browser", "--allow-root", `--port=${await freePort()}`, "--ip=127.0.0.1"];
  const server = spawn("jupyter-notebook", [...options, `--notebook-dir=${folder}`, "--NotebookApp.token=secret"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      HOME: folder,
      JUPYTER_DATA_DIR: join(folder, "jupyter"),
      JUPYTER_CONFIG_DIR: join(folder, "config"),
    },
  });
  let browser: Browser | undefined;
  const stop = async () => {
    await browser?.close();
    const ended = new Promise(resolve => server.on("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const address = await addressOf(server);
    browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
    });
    const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    const open = async () => {
      await page.goto(`${address}/notebooks/notebook.ipynb?token=secret`);
      await inPage(page, "Jupyter.notebook && Jupyter.notebook.kernel && Jupyter.notebook.kernel.is_connected()");
    };
    await open();
    return { folder, page, open, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until an expression is true in the page. */
export const inPage = (page: Page, expression: string) =>
  page.waitForFunction(expression, undefined, { timeout: 120_000 });

/** Runs all cells, without stopping at those that are meant to fail, and waits for the last. */
export async function runAll(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    Jupyter.notebook.get_cells().forEach(cell => cell.clear_output());
    Jupyter.notebook.get_cells().forEach(cell => cell.execute(false));
  })()`);
  await inPage(
    page,
    "Jupyter.notebook.get_cells().every(cell => !cell.running && typeof cell.input_prompt_number === 'number')",
  );
}

/** Saves the notebook as it is shown. */
export async function save(page: Page): Promise<void> {
  await page.evaluate("Jupyter.notebook.save_notebook()");
  await inPage(page, "!Jupyter.notebook.dirty");
}

/** Reads the server's address from its log. */
const addressOf = (server: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let log = "";
    const timer = setTimeout(() => reject(new Error(`the server did not start within 60 s: ${log}`)), 60_000);
    server.stderr!.on("data", chunk => {
      log += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(log);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found[0]);
    });
  });

/** The first port to try; if it is in use, the server takes another one. */
const freePort = (): Promise<number> =>
  new Promise(resolve => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
