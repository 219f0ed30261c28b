import { csvText } from "../../campaign-files/csv.js";
import type { Table } from "./table.js";

/**
 * Returns a table in the artifact's format: numbers as pandas prints them (`310.84`, `58459.0`); cells that were not measured are
 * empty.
 *
 * @example tableCsv({ name: "time", rowName: "runtime", columns: [1, 10], rows: [{ row: "rund", values: [84, null] }] }) // "runtime,1,10\nrund,84.0,\n"
 */
export function tableCsv({ rowName, columns, rows }: Table): string {
  return csvText([[rowName, ...columns], ...rows.map(({ row, values }) => [row, ...values.map(formatCell)])]);
}

/**
 * Formats a cell's number as in the published tables; null gives an empty text.
 *
 * @example formatCell(58459) // "58459.0"
 * @example formatCell(null) // ""
 */
export const formatCell = (value: number | null): string =>
  value === null ? "" : Number.isInteger(value) ? value.toFixed(1) : String(value);
