import { type CellFailure, Conversation, type ConversationOptions } from "./conversation.js";
import type { Cell, CodeCell, JsonObject, Notebook } from "./nbformat.js";
import { hasTag, type Parameters, withParameters } from "./parameters.js";

/** A notebook after its run: complete if there is no failure, otherwise with the outputs so far. */
interface NotebookRun {
  readonly notebook: Notebook;
  readonly failure: CellFailure | undefined;
}

/** One code cell that has been run. */
export interface CellEvent {
  /** Position among the code cells, from 1. */
  readonly index: number;
  readonly count: number;
  readonly cell: number;
  readonly ok: boolean;
  readonly seconds: number;
}

/** The kernel and the parameters of a run, and a function that follows it. */
export interface RunOptions extends ConversationOptions {
  readonly parameters?: Parameters;
  readonly onCell?: (event: CellEvent) => void;
}

/**
 * Runs a notebook from top to bottom in its own kernel, as Jupyter would, and stops at the first cell that fails. Old outputs are
 * removed first. The notebook contains no time stamps.
 *
 * A cell fails if it causes an error, if the kernel dies (`KernelDied`), or if it takes too long (`CellTimeout`); the failure is
 * also an output of the cell. An error that a cell causes after its end is a failure as well, but does not stop the run. A cell tagged
 * `raises-exception` may fail; one tagged `skip-execution` is not changed.
 *
 * @throws LabError `RUND_KERNEL_START` (machine) if the kernel does not start; errors of cells are in the result
 */
export async function runNotebook(notebook: Notebook, options: RunOptions): Promise<NotebookRun> {
  const conversation = await Conversation.start(options);
  try {
    return await runCells(notebook, options, conversation);
  } finally {
    await conversation.close();
  }
}

async function runCells(notebook: Notebook, options: RunOptions, conversation: Conversation): Promise<NotebookRun> {
  const { language_info } = await conversation.ready();
  const given = withParameters(
    notebook,
    options.parameters ?? {},
    String((language_info as JsonObject | undefined)?.name ?? ""),
  );
  const cells: Cell[] = given.cells.map(cell => (isRun(cell) ? { ...cell, execution_count: null, outputs: [] } : cell));
  const codeCells = cells.flatMap((cell, at) => (isRun(cell) && cell.source.trim() !== "" ? [at] : []));
  let failure: CellFailure | undefined;
  for (const [index, at] of codeCells.entries()) {
    const startedAt = performance.now();
    const { cell, failed } = await conversation.run(cells[at] as CodeCell, at + 1);
    cells[at] = cell;
    failure = failed;
    const seconds = (performance.now() - startedAt) / 1000;
    options.onCell?.({ index: index + 1, count: codeCells.length, cell: at + 1, ok: failed === undefined, seconds });
    if (failed !== undefined) break;
  }
  await conversation.shutDown();
  const { name, displayName, language } = options.kernel;
  const kernelspec = { name, display_name: displayName, language };
  const metadata = { ...given.metadata, kernelspec, language_info };
  return { notebook: { ...given, cells, metadata }, failure: failure ?? conversation.lateFailure };
}

/** Whether a cell is run. A code cell tagged `skip-execution` is not, and keeps its outputs. */
const isRun = (cell: Cell): cell is CodeCell => cell.cell_type === "code" && !hasTag(cell, "skip-execution");
