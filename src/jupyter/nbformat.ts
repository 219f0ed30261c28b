import { LabError } from "../model/errors.js";
import type { MimeBundle } from "../present/notebook/display.js";

/** What code cells show, as nbformat 4 has it; text in one piece, not in lines. */
export type Output =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; text: string }
  | { readonly output_type: "display_data"; data: MimeBundle; metadata: Json }
  | {
      readonly output_type: "execute_result";
      data: MimeBundle;
      metadata: Json;
      readonly execution_count: number | null;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

export type Json = Readonly<Record<string, unknown>>;

interface CellBase {
  readonly id: string;
  readonly metadata: Json;
  /** The cell's text in one piece. */
  readonly source: string;
  /** Files pasted into the text, by name. */
  readonly attachments?: Json;
}
export interface TextCell extends CellBase {
  readonly cell_type: "markdown" | "raw";
}
export interface CodeCell extends CellBase {
  readonly cell_type: "code";
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
}
export type Cell = TextCell | CodeCell;

/** A notebook of nbformat 4.5. */
export interface Notebook {
  readonly metadata: Json;
  readonly cells: readonly Cell[];
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** nbformat stores text in one piece or as lines. */
const isText = (value: unknown): value is string | string[] =>
  typeof value === "string" || (Array.isArray(value) && value.every(line => typeof line === "string"));

const joined = (text: string | readonly string[]): string => (typeof text === "string" ? text : text.join(""));

/** MIME types whose value is JSON itself, not text. */
const isJsonMime = (mime: string): boolean => mime === "application/json" || mime.endsWith("+json");

/**
 * Reads a notebook of nbformat 4. Versions before 4.5 get cell ids, `cell-1` and so on; everything else is kept.
 *
 * @param where names the notebook in errors
 * @throws LabError `RUND_NOTEBOOK` (input) that names the cell and field that are not valid
 */
export function parseNotebook(text: string, where: string): Notebook {
  const bad = (place: string, expected: string, found: unknown, hint?: string) =>
    new LabError("RUND_NOTEBOOK", "input", "", {
      where: place === "" ? where : `${where}: ${place}`,
      expected,
      found: typeof found === "string" ? found : (JSON.stringify(found)?.slice(0, 80) ?? "nothing"),
      ...(hint !== undefined && { hint }),
    });
  const need = (valid: boolean, place: string, expected: string, found: unknown): void => {
    if (!valid) throw bad(place, expected, found);
  };

  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw bad("", "a notebook (JSON)", (error as Error).message);
  }
  if (!isObject(root)) throw bad("", "a notebook (a JSON object)", root);
  if (root.nbformat !== 4) {
    const hint = `jupyter nbconvert --to notebook --inplace ${where}`;
    throw bad("", "nbformat 4", `nbformat ${JSON.stringify(root.nbformat) ?? "missing"}`, hint);
  }
  if (!Array.isArray(root.cells)) throw bad("", '"cells" to be a list', root.cells);
  if (!isObject(root.metadata)) throw bad("", '"metadata" to be an object', root.metadata);

  const outputOf = (output: unknown, place: string): Output => {
    if (!isObject(output)) throw bad(place, "an output (a JSON object)", output);
    switch (output.output_type) {
      case "stream":
        need(output.name === "stdout" || output.name === "stderr", place, '"name": "stdout" or "stderr"', output.name);
        if (!isText(output.text)) throw bad(place, '"text" to be text', output.text);
        return { ...output, text: joined(output.text) } as Output;
      case "display_data":
      case "execute_result":
        if (!isObject(output.data)) throw bad(place, '"data" to be an object', output.data);
        need(isObject(output.metadata), place, '"metadata" to be an object', output.metadata);
        return { ...output, data: joinedBundle(output.data) } as Output;
      case "error":
        need(
          typeof output.ename === "string" && typeof output.evalue === "string",
          place,
          '"ename" and "evalue"',
          output,
        );
        need(isText(output.traceback), place, '"traceback" to be a list of text', output.traceback);
        return output as Output;
      default:
        throw bad(place, "an output_type of nbformat 4", output.output_type);
    }
  };

  const ids = new Set<string>();
  const cells = root.cells.map((cell: unknown, index): Cell => {
    const place = `cell ${index + 1}`;
    if (!isObject(cell)) throw bad(place, "a cell (a JSON object)", cell);
    const { cell_type: type, source, metadata } = cell;
    need(type === "code" || type === "markdown" || type === "raw", place, '"cell_type": code, markdown or raw', type);
    if (!isText(source)) throw bad(place, '"source" to be text', source);
    need(isObject(metadata), place, '"metadata" to be an object', metadata);
    const id = cell.id ?? `cell-${index + 1}`;
    if (typeof id !== "string" || !/^[\w-]{1,64}$/.test(id))
      throw bad(place, '"id" of 1 to 64 letters, digits, - or _', id);
    need(!ids.has(id), place, "an id of its own", id);
    ids.add(id);
    const common = { ...cell, id, source: joined(source) };
    if (type !== "code") return common as unknown as TextCell;
    const { outputs, execution_count: count = null } = cell;
    if (!Array.isArray(outputs)) throw bad(place, '"outputs" to be a list', outputs);
    need(count === null || Number.isInteger(count), place, '"execution_count" to be a whole number or null', count);
    const read = outputs.map((output, at) => outputOf(output, `${place}, output ${at + 1}`));
    return { ...common, execution_count: count, outputs: read } as unknown as CodeCell;
  });
  return { ...root, cells, metadata: root.metadata } as Notebook;
}

function joinedBundle(data: Json): MimeBundle {
  return Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [mime, isText(value) && !isJsonMime(mime) ? joined(value) : value]),
  );
}

/**
 * A notebook as a file's text, written as nbformat's own writer does: 4.5, keys sorted, text in lines, one space of
 * indentation. Same notebook, same bytes.
 */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map(cell => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.cell_type === "code" && { outputs: cell.outputs.map(inLines) }),
  }));
  const root = { ...notebook, cells, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(sorted(root), null, 1)}\n`;
}

function inLines(output: Output): Json {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.entries(output.data).map(([mime, value]) => {
    const split = mime.startsWith("text/") || mime === "application/javascript" || mime === "image/svg+xml";
    return [mime, split && typeof value === "string" ? lines(value) : value];
  });
  return { ...output, data: Object.fromEntries(data) };
}

const lines = (text: string): string[] => (text === "" ? [] : text.split(/(?<=\n)/));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
