import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findKernel, type KernelCommand } from "../../jupyter/kernelspecs.js";
import { formatNotebook, type Notebook, parseNotebook } from "../../jupyter/nbformat.js";
import type { Parameters } from "../../jupyter/parameters.js";
import { type CellEvent, runNotebook } from "../../jupyter/run-notebook.js";
import { kernelName, kernelSpec, requirePeers } from "../../kernel/spec.js";
import { systemReason } from "../../logs/file-bytes.js";
import { replaceFile } from "../../measure/system/replace-file.js";
import { inParallel } from "../../measure/system/workers.js";
import { LabError } from "../../model/errors.js";
import type { Io } from "../terminal/io.js";
import { parametersFor } from "./notebook-parameters.js";

interface NotebooksOptions {
  readonly io: Io;
  /** The folder to write to; by default, notebooks are overwritten in place. */
  readonly out?: string;
  readonly parameters?: Parameters;
  /** Whether to set parameters that no cell declares. */
  readonly allowNewParameters?: boolean;
  /** Time limit for each cell. */
  readonly timeoutMs?: number;
  /** An installed kernel to use instead of the notebook's. */
  readonly kernel?: string;
  readonly onCell?: (file: string, cell: CellEvent) => void;
  /** Called with each warning about a parameter. */
  readonly onWarning?: (line: string) => void;
  /** Called after a notebook was written. */
  readonly onNotebook?: (file: string, target: string) => void;
}

/** Returns the paths of the package's own notebooks, sorted by name. */
export function packageNotebooks(): readonly string[] {
  const folder = fileURLToPath(new URL("../../../notebooks/", import.meta.url));
  return readdirSync(folder)
    .filter(file => file.endsWith(".ipynb"))
    .sort()
    .map(file => join(folder, file));
}

/**
 * Executes notebooks on a kernel, as many at once as there are cores, and writes each with its outputs, even if a cell fails.
 *
 * @returns the error for the notebooks in which a cell failed, with a line for each that names notebook, cell and error; null if
 * none failed
 * @throws LabError if a notebook cannot be read, if two would be written to one file, or after SIGINT
 */
export async function runNotebooks(files: readonly string[], options: NotebooksOptions): Promise<LabError | null> {
  const { io, out, parameters = {}, timeoutMs } = options;
  const given = files.map(file => {
    const notebook = readNotebook(file, io);
    const kernel = kernelFor(notebook, options.kernel, io);
    return { file, notebook, kernel, language: kernel.language };
  });
  const warn = (line: string) => options.onWarning?.(line);
  const chosen = parametersFor(given, parameters, options.allowNewParameters === true, warn);
  const queue = given.map((each, at) => ({
    ...each,
    target: resolve(io.cwd, out ?? dirname(each.file), basename(each.file)),
    parameters: chosen[at]!,
  }));
  const targets = queue.map(({ target }) => target);
  const twice = targets.find((target, at) => targets.indexOf(target) !== at);
  if (twice !== undefined) {
    throw new LabError("RUND_NOTEBOOK_TWICE", "usage", "two notebooks would be written to this file", {
      where: twice,
      hint: "run them one after another, with a different --out for each",
    });
  }
  if (out !== undefined) mkdirSync(resolve(io.cwd, out), { recursive: true });

  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const failed: string[] = [];
  const run = async ({ file, notebook, target, kernel, parameters }: (typeof queue)[number]) => {
    if (abort.signal.aborted) return;
    const { notebook: done, failure } = await runNotebook(notebook, {
      kernel,
      cwd: dirname(resolve(io.cwd, file)),
      env: io.env,
      abort: abort.signal,
      parameters,
      ...(timeoutMs !== undefined && { timeoutMs }),
      onCell: cell => options.onCell?.(file, cell),
    });
    replaceFile(target, formatNotebook(done));
    options.onNotebook?.(file, target);
    if (failure === undefined) return;
    const { cell, id, ename, evalue } = failure;
    failed.push(`${file}: cell ${cell} (${id}): ${ename}: ${evalue}`);
  };
  try {
    await inParallel(queue, availableParallelism(), run);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
  if (abort.signal.aborted) {
    throw new LabError("RUND_INTERRUPTED", "interrupted", "interrupted; the finished notebooks are written");
  }
  if (failed.length === 0) return null;
  return new LabError("RUND_NOTEBOOK_FAILED", "check", failed.join("\n"), {
    hint: "the written notebook contains the whole error below the cell",
  });
}

function readNotebook(file: string, io: Io): Notebook {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), "utf8");
  } catch (cause) {
    throw new LabError("RUND_NOTEBOOK", "input", "", {
      where: file,
      expected: "a notebook",
      found: systemReason(cause),
      cause,
    });
  }
  return parseNotebook(text, file);
}

/** Returns the lab kernel for notebooks that name it or no kernel; it is started from this package, installed or not. */
function kernelFor(notebook: Notebook, asked: string | undefined, io: Io): KernelCommand {
  const own = (notebook.metadata.kernelspec as { name?: string } | undefined)?.name;
  const name = asked ?? own ?? kernelName;
  if (name !== kernelName) return findKernel(name, io.env);
  requirePeers(createRequire(import.meta.url));
  const { display_name: displayName, language, argv, interrupt_mode: interruptMode } = kernelSpec();
  return { name, displayName, language, argv, interruptMode, env: {} };
}
