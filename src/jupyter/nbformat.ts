import { z } from "zod";
import { LabError } from "../model/errors.js";
import { describePath, mismatches } from "../model/mismatch.js";
import type { MimeBundle } from "../present/notebook/display.js";

/** An output of a code cell in nbformat 4; text is in one piece, not in lines. */
export type Output =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; text: string }
  | { readonly output_type: "display_data"; data: MimeBundle; metadata: JsonObject }
  | {
      readonly output_type: "execute_result";
      data: MimeBundle;
      metadata: JsonObject;
      readonly execution_count: number | null;
    }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

/** A JSON object whose fields are not known. */
export type JsonObject = Readonly<Record<string, unknown>>;

interface CellBase {
  readonly id: string;
  readonly metadata: JsonObject;
  /** The cell's text in one piece. */
  readonly source: string;
  /** Files pasted into the text, by name. */
  readonly attachments?: JsonObject;
}
interface TextCell extends CellBase {
  readonly cell_type: "markdown" | "raw";
}
/** A code cell, with the outputs of its last run. */
export interface CodeCell extends CellBase {
  readonly cell_type: "code";
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
}
/** A cell of a notebook. */
export type Cell = TextCell | CodeCell;

/** A notebook of nbformat 4.5. */
export interface Notebook {
  readonly metadata: JsonObject;
  readonly cells: readonly Cell[];
}

const joined = (text: string | readonly string[]): string => (typeof text === "string" ? text : text.join(""));

/** Whether the values of a MIME type are JSON, not text. */
export const isJsonMime = (mime: string): boolean => mime === "application/json" || mime.endsWith("+json");

/** nbformat stores text in one piece or as lines. */
const text = z.union([z.string(), z.array(z.string())]).transform(joined);
const json = z.record(z.string(), z.unknown());
const count = z.int().nullable().default(null);
const bundle = json.transform(data =>
  Object.fromEntries(
    Object.entries(data).map(([mime, value]) => {
      const lines = isJsonMime(mime) ? undefined : text.safeParse(value).data;
      return [mime, lines ?? value];
    }),
  ),
);

// loose, so that fields of a newer nbformat are kept
const output = z.discriminatedUnion(
  "output_type",
  [
    z.looseObject({ output_type: z.literal("stream"), name: z.enum(["stdout", "stderr"]), text }),
    z.looseObject({ output_type: z.literal("display_data"), data: bundle, metadata: json }),
    z.looseObject({ output_type: z.literal("execute_result"), data: bundle, metadata: json, execution_count: count }),
    z.looseObject({
      output_type: z.literal("error"),
      ename: z.string(),
      evalue: z.string(),
      traceback: z.array(z.string()),
    }),
  ],
  { error: "an output of nbformat 4" },
);

const cellBase = {
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, "1 to 64 letters, digits, - or _")
    .exactOptional(),
  metadata: json,
  source: text,
};
const cell = z.discriminatedUnion(
  "cell_type",
  [
    z.looseObject({ cell_type: z.literal("code"), ...cellBase, execution_count: count, outputs: z.array(output) }),
    z.looseObject({ cell_type: z.enum(["markdown", "raw"]), ...cellBase }),
  ],
  { error: "code, markdown or raw" },
);

const notebookFile = z.looseObject({
  metadata: json,
  cells: z
    .array(cell)
    .transform(cells => cells.map((cell, index) => ({ ...cell, id: cell.id ?? `cell-${index + 1}` })))
    .superRefine((cells, context) => {
      const twice = cells.findIndex(({ id }, index) => cells.findIndex(other => other.id === id) !== index);
      if (twice >= 0) context.addIssue({ code: "custom", path: [twice, "id"], message: "a unique id" });
    }),
});

/**
 * Reads a notebook of nbformat 4. Cells of versions before 4.5 get ids, `cell-1` and so on; everything else is kept.
 *
 * @param where names the notebook in errors
 * @throws LabError `RUND_NOTEBOOK` (input) that names the cell and the field that is wrong
 */
export function parseNotebook(text: string, where: string): Notebook {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    const found = `invalid JSON: ${(cause as Error).message}`;
    throw new LabError("RUND_NOTEBOOK", "input", "", { where, expected: "a notebook (JSON)", found, cause });
  }
  const version = z.object({ nbformat: z.unknown() }).safeParse(root).data?.nbformat;
  if (version !== undefined && version !== 4) {
    throw new LabError("RUND_NOTEBOOK", "input", "", {
      where,
      expected: "nbformat 4",
      found: `nbformat ${JSON.stringify(version)}`,
      hint: `jupyter nbconvert --to notebook --inplace ${where}`,
    });
  }
  const read = notebookFile.extend({ nbformat: z.literal(4) }).safeParse(root);
  if (read.success) return read.data as unknown as Notebook;
  const { path, expected, found } = mismatches(root, read.error)[0]!;
  const [place, field] = placeOf(path);
  throw new LabError("RUND_NOTEBOOK", "input", "", {
    where: [where, ...place].join(": "),
    expected: field === "" ? expected : `${expected} in ${field}`,
    found,
  });
}

/** Returns the cell and output to which a path leads, in words, and the field in it. */
function placeOf(path: readonly PropertyKey[]): readonly [place: readonly string[], field: string] {
  const [cells, cell, outputs, output, ...rest] = path;
  const field = (keys: readonly PropertyKey[]) => (keys.length === 0 ? "" : describePath(keys));
  if (cells !== "cells" || typeof cell !== "number") return [[], field(path)];
  const place = `cell ${cell + 1}`;
  if (outputs !== "outputs" || typeof output !== "number") return [[place], field(path.slice(2))];
  return [[`${place}, output ${output + 1}`], field(rest)];
}

/**
 * Writes a notebook exactly as nbformat's own writer does: version 4.5, keys sorted, text in lines, one space of indentation. The
 * same notebook gives the same bytes.
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

function inLines(output: Output): JsonObject {
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
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
