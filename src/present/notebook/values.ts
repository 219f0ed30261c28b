/** How a cell's last expression is shown: values that say so themselves, and danfo's frames. */
import { escapeHtml } from "../html.js";
import type { MimeBundle } from "./display.js";

/** The method by which a value says how it wants to be shown: it returns a bundle, or a promise of one. */
export const mimeKey = Symbol.for("rund-lab.mime");

/** A value that knows how to show itself. */
export interface Showable {
  [mimeKey](): MimeBundle | Promise<MimeBundle>;
}

/**
 * How a value shows itself: by its own method, as a table if it is a danfo frame or series, else not at all.
 *
 * @returns undefined for a value that is best shown as text
 */
export async function bundleOf(value: unknown): Promise<MimeBundle | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const own = (value as Partial<Showable>)[mimeKey];
  if (typeof own === "function") return own.call(value as Showable);
  return isFrame(value) ? frameBundle(value) : undefined;
}

/** What danfo's DataFrame and Series have in common; recognised by shape, for it may be any copy of danfo. */
interface Frame {
  readonly $isSeries: boolean;
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly unknown[];
}

function isFrame(value: object): value is Frame {
  const frame = value as Partial<Frame>;
  return typeof frame.$isSeries === "boolean" && Array.isArray(frame.columns) && Array.isArray(frame.index);
}

/** Rows of a frame that are shown; a line below says how many there are. */
const shownRows = 60;

function frameBundle(frame: Frame): MimeBundle {
  const rows = frame.index.slice(0, shownRows).map((label, row) => {
    const values = frame.values[row];
    return [label, ...(Array.isArray(values) ? values : [values])];
  });
  const header = ["", ...frame.columns];
  const more = frame.index.length - rows.length;
  const size = `${frame.index.length} rows × ${frame.columns.length} columns`;
  const tag = (name: string) => (cell: unknown) => `<${name}>${escapeHtml(cellText(cell))}</${name}>`;
  const html = [
    "<table>",
    `<thead><tr>${header.map(tag("th")).join("")}</tr></thead>`,
    "<tbody>",
    ...rows.map(([label, ...cells]) => `<tr>${tag("th")(label)}${cells.map(tag("td")).join("")}</tr>`),
    "</tbody>",
    "</table>",
    ...(more > 0 ? [`<p>${size}</p>`] : []),
  ].join("\n");
  return {
    "text/html": html,
    "text/plain": [...columnsOfText([header, ...rows]), ...(more > 0 ? [size] : [])].join("\n"),
  };
}

const cellText = (cell: unknown): string => (cell === null || cell === undefined ? "" : String(cell));

/** Rows as lines with columns aligned to the right. */
function columnsOfText(rows: readonly (readonly unknown[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => cellText(row[column]).length)));
  return rows.map(row => widths.map((width, column) => cellText(row[column]).padStart(width)).join("  "));
}
