/** The lab kernel in Debian's classic Notebook, driven in Chromium as a reader would. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type CodeCell, type Notebook, parseNotebook } from "../../src/jupyter/nbformat.js";
import { runNotebook } from "../../src/jupyter/run-notebook.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { type ClassicNotebook, inPage, runAll, save, startClassicNotebook } from "./classic-notebook.js";
import { labKernel } from "./live-kernel.js";
import { notebookOf, plainCells } from "./plain-notebook.js";

const test = suiteNeeding(
  "the lab kernel in classic Notebook",
  needs.jupyter,
  needs.chromium,
) as import("uvu").Test<ClassicNotebook>;

const notebook = notebookOf(plainCells);

test.before(async context => {
  Object.assign(context, await startClassicNotebook(notebook));
});
test.after(context => context.stop());

test("all cells run, and the saved notebook equals the headless runner's", async ({ page, folder }) => {
  await runAll(page);
  await save(page);
  const theirs = parseNotebook(readFileSync(join(folder, "notebook.ipynb"), "utf8"), "notebook.ipynb");
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

test("the stop button interrupts an endless cell, and the kernel keeps running", async ({ page }) => {
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
