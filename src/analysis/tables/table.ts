import { csvText } from "../../campaign-files/csv.js";

/**
 * A table in the paper's form: a row per runtime, guest memory or background density, a column per concurrency or density. Cells
 * that were not measured are null.
 */
export interface Table {
  /** `time`, `cpu`, `mem_<id>` or `density_<id>`: the name of its CSV file without the suffix. */
  readonly name: string;
  /** The first column's heading: the meaning of a row. */
  readonly rowName: "runtime" | "memory" | "density";
  readonly columns: readonly number[];
  readonly rows: readonly TableRow[];
}

/** One row: a runtime, a guest memory or a background density, and a value for each column; null if it was not measured. */
export interface TableRow {
  readonly row: string;
  /** Milliseconds in `time`, `cpu` and `density_*`, KiB in `mem_*`; one per column. */
  readonly values: readonly (number | null)[];
}

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
