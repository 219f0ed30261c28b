import type { Table } from "../../analysis/tables/table.js";
import { columnFormat, type Value } from "../column.js";
import { escapeHtml } from "../html.js";
import { displaySink } from "./display.js";

/** What of a danfo DataFrame is used. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: readonly unknown[];
}

/** Rows with the same keys, a table of the paper's shape, or a danfo DataFrame. */
export type TableRows = readonly Readonly<Record<string, Value>>[] | Table | FrameLike;

interface Grid {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

/** Rows shown; a line below says how many there are. */
const shown = 100;

/**
 * Shows a table below the running cell, as HTML and as text: a column's numbers with the same digits after the point,
 * aligned; an empty cell for what was not measured.
 */
export function table(rows: TableRows): void {
  displaySink().display(tableBundle(rows));
}

/** What `table` shows: HTML, and text for terminals and diffs. */
export function tableBundle(rows: TableRows): { readonly "text/html": string; readonly "text/plain": string } {
  const { columns, rows: all } = gridOf(rows);
  const visible = all.slice(0, shown);
  const formats = columns.map((_, column) => columnFormat(all.map(row => row[column])));
  const texts = visible.map(row => columns.map((_, column) => formats[column]!.text(row[column])));
  const rest = all.length > visible.length ? `${visible.length} of ${all.length} rows` : "";
  const tag = (name: string, scope: string) => (text: string, column: number) =>
    `<${name}${scope} style="text-align:${formats[column]!.numeric ? "right" : "left"}">${escapeHtml(text)}</${name}>`;
  const html = [
    "<table>",
    `<thead><tr>${columns.map(tag("th", ' scope="col"')).join("")}</tr></thead>`,
    "<tbody>",
    ...texts.map(row => `<tr>${row.map(tag("td", "")).join("")}</tr>`),
    "</tbody>",
    "</table>",
    ...(rest === "" ? [] : [`<p>${rest}</p>`]),
  ].join("\n");
  const widths = columns.map((column, i) => Math.max(column.length, ...texts.map(row => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (formats[i]!.numeric ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  const plain = [line(columns), ...texts.map(line), ...(rest === "" ? [] : [rest])].join("\n");
  return { "text/html": html, "text/plain": plain };
}

function gridOf(rows: TableRows): Grid {
  if ("rowName" in rows) {
    return { columns: [rows.rowName, ...rows.columns.map(String)], rows: rows.rows.map(r => [r.row, ...r.values]) };
  }
  if ("columns" in rows) {
    const values = rows.values.map(row => (Array.isArray(row) ? row : [row]) as readonly Value[]);
    return { columns: rows.columns, rows: values };
  }
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  return { columns, rows: rows.map(row => columns.map(column => row[column])) };
}
