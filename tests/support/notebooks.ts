import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CodeCell, Notebook } from "../../src/jupyter/nbformat.js";
import { parseNotebook } from "../../src/jupyter/nbformat.js";
import { projectRoot } from "./needs.js";

export const notebooksFolder = join(projectRoot, "notebooks");

export const notebookNames: readonly string[] = readdirSync(notebooksFolder)
  .filter(file => file.endsWith(".ipynb"))
  .sort();

export const readNotebook = (folder: string, name: string): Notebook =>
  parseNotebook(readFileSync(join(folder, name), "utf8"), name);

/** Returns the code cells of a notebook, in order. */
export const codeCells = (notebook: Notebook): readonly CodeCell[] =>
  notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");

export const isInteractive = ({ metadata }: CodeCell): boolean =>
  Array.isArray(metadata.tags) && metadata.tags.includes("interactive");

/** Returns a cell's outputs without progress bars, which appear only on a slow machine. */
export const withoutProgress = ({ outputs }: CodeCell): CodeCell["outputs"] =>
  outputs.filter(output => !("data" in output && String(output.data["text/html"]).includes("<progress ")));

/** Returns a notebook's code cells with their outputs. Pictures differ between machines, so only their presence is kept. */
export const comparable = (notebook: Notebook) =>
  codeCells(notebook)
    .filter(cell => !isInteractive(cell))
    .map(cell => ({
      id: cell.id,
      source: cell.source,
      outputs: withoutProgress(cell).map(output => {
        if (!("data" in output)) return output;
        const { "image/png": picture, ...data } = output.data;
        return { ...data, picture: typeof picture === "string" && picture.length > 10_000 };
      }),
    }));

export const cellOf = (notebook: Notebook, id: string): CodeCell => {
  const found = codeCells(notebook).find(cell => cell.id === id);
  if (found === undefined) throw new Error(`no cell ${id}`);
  return found;
};

/** Runs notebooks by the built command and returns its output; rejects if a cell fails. */
export async function runBuilt(
  names: readonly string[],
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stderr } = await promisify(execFile)(
    process.execPath,
    [
      join(projectRoot, "dist/cli/main.js"),
      "notebook",
      "run",
      ...names.map(name => join(notebooksFolder, name)),
      ...options,
    ],
    { env: { ...process.env, ...env }, maxBuffer: 1 << 26 },
  );
  return stderr;
}

/** Writes a kernelspec that starts the stock tslab of node_modules. @returns the variable that lets Jupyter find it */
export function stockKernel(folder: string): Readonly<Record<string, string>> {
  const tslab = join(projectRoot, "node_modules/tslab/bin/tslab");
  const argv = [process.execPath, tslab, "kernel", "--config-path={connection_file}"];
  mkdirSync(join(folder, "kernels/stock"), { recursive: true });
  const spec = JSON.stringify({ argv, display_name: "stock tslab", language: "typescript" });
  writeFileSync(join(folder, "kernels/stock/kernel.json"), spec);
  return { JUPYTER_PATH: folder };
}
