import type { TableValue } from "../../analysis/frames/column-format.js";
import { frameView, type TableView, tableView, type ViewableFrame, viewText } from "../../analysis/frames/view.js";
import type { Table } from "../../analysis/tables/table.js";
import { escapeHtml } from "../html.js";
import { displaySink } from "./display.js";

/** Rows with the same keys, one of the paper's tables, or a danfo frame. */
export type TableRows = readonly Readonly<Record<string, TableValue>>[] | Table | ViewableFrame;

/**
 * Displays a table below the running cell, as HTML and as text. The numbers of a column have the same number of decimals; a value
 * that was not measured is an empty cell; of a long table, the head, the tail and the size are shown.
 */
export function table(rows: TableRows): void {
  displaySink().display(tableBundle(rows));
}

/** Returns what `table` displays: HTML, and text for terminals and diffs. */
export const tableBundle = (rows: TableRows) => viewBundle(viewOf(rows));

function viewOf(rows: TableRows): TableView {
  if ("rowName" in rows) {
    return tableView(
      [rows.rowName, ...rows.columns.map(String)],
      rows.rows.map(({ row, values }) => [row, ...values]),
    );
  }
  if ("columns" in rows) return frameView(rows);
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  return tableView(
    columns,
    rows.map(row => columns.map(column => row[column])),
  );
}

/** Returns a view as HTML and as text. */
export function viewBundle(view: TableView): { readonly "text/html": string; readonly "text/plain": string } {
  const { columns, numeric, rows, head, size } = view;
  const tag =
    (name: string, scope = "") =>
    (text: string, column: number) =>
      `<${name}${scope} style="text-align:${numeric[column] ? "right" : "left"}">${escapeHtml(text)}</${name}>`;
  const body = rows.map(row => `<tr>${row.map(tag("td")).join("")}</tr>`);
  const gap = `<tr>${columns
    .map(() => "…")
    .map(tag("td"))
    .join("")}</tr>`;
  const html = [
    "<table>",
    `<thead><tr>${columns.map(tag("th", ' scope="col"')).join("")}</tr></thead>`,
    "<tbody>",
    ...(head === null ? body : [...body.slice(0, head), gap, ...body.slice(head)]),
    "</tbody>",
    "</table>",
    ...(size === "" ? [] : [`<p>${size}</p>`]),
  ].join("\n");
  return { "text/html": html, "text/plain": viewText(view) };
}
