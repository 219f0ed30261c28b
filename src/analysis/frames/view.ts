import { counted } from "../../model/counted.js";
import { textTable } from "../../model/text-table.js";
import { columnFormat, type TableValue } from "./column-format.js";

/** The common part of danfo's DataFrame and Series; recognised by its shape, since it may come from any copy of danfo. */
export interface ViewableFrame {
  readonly $isSeries: boolean;
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly unknown[];
}

/** A table as texts. */
export interface TableView {
  readonly columns: readonly string[];
  /** One for each column: a column of numbers is aligned to the right. */
  readonly numeric: readonly boolean[];
  readonly rows: readonly (readonly string[])[];
  /** The number of leading rows in `rows`; the others are the table's last rows. Null if `rows` has all rows. */
  readonly head: number | null;
  /** `1600 rows × 19 columns`; empty if all rows are shown. */
  readonly size: string;
}

/** Maximum number of rows that are all shown. Of a longer frame, only the first and the last rows are shown. */
const wholeUpTo = 60;
const headAndTail = 5;
/** Number of significant digits of the smallest number in a column. */
const significantDigits = 4;

/**
 * Returns the part of a table that is shown: all rows, or the first and the last five rows of a long table. The numbers of a
 * column have the same number of decimals. A missing value is an empty text.
 *
 * @example tableView(["ms"], [[1.5], [20]]).rows // [["1.5"], ["20.0"]]
 */
export function tableView(columns: readonly string[], all: readonly (readonly TableValue[])[]): TableView {
  const whole = all.length <= wholeUpTo;
  const rows = whole ? all : [...all.slice(0, headAndTail), ...all.slice(-headAndTail)];
  const formats = columns.map((_, column) =>
    columnFormat(
      rows.map(row => row[column]),
      significantDigits,
    ),
  );
  return {
    columns,
    numeric: formats.map(({ numeric }) => numeric),
    rows: rows.map(row => formats.map(({ text }, column) => text(row[column]))),
    head: whole ? null : headAndTail,
    size: whole ? "" : `${all.length} rows × ${counted(columns.length, "column")}`,
  };
}

/**
 * Returns the part of a frame that is shown. A numeric index is left out, because it only counts rows; an index of names, as
 * from `describe`, becomes the first column.
 *
 * @example frameView({ $isSeries: true, columns: ["ms"], index: [0, 1], values: [1.5, 20] }).rows // [["1.5"], ["20.0"]]
 * @example frameView({ $isSeries: true, columns: ["ms"], index: ["min"], values: [1.5] }).rows // [["min", "1.5"]]
 */
export function frameView({ columns, index, values }: ViewableFrame): TableView {
  const named = index.some(label => typeof label === "string");
  const rows = values.map(row =>
    (Array.isArray(row) ? row : [row]).map(value => (isPlain(value) ? value : String(value))),
  );
  if (!named) return tableView(columns, rows);
  return tableView(
    ["", ...columns],
    rows.map((row, place) => [index[place], ...row]),
  );
}

/**
 * Returns a frame as aligned text, for terminals and diffs.
 *
 * @example frameText({ $isSeries: true, columns: ["ms"], index: [0, 1], values: [1.5, 20] }) // "  ms\n 1.5\n20.0"
 */
export const frameText = (frame: ViewableFrame): string => viewText(frameView(frame));

/**
 * Returns a view as aligned text; a row of dots marks the omitted rows.
 *
 * @example viewText({ columns: ["id", "ms"], numeric: [false, true], rows: [["a", "1.5"]], head: null, size: "" }) // "id   ms\na   1.5"
 */
export function viewText({ columns, numeric, rows, head, size }: TableView): string {
  const lines = head === null ? rows : [...rows.slice(0, head), columns.map(() => "…"), ...rows.slice(head)];
  const right = numeric.flatMap((isNumeric, at) => (isNumeric ? [at] : []));
  return [...textTable([columns, ...lines], right), ...(size === "" ? [] : [size])].join("\n");
}

const isPlain = (value: unknown): value is TableValue =>
  value === null || value === undefined || ["string", "number", "boolean"].includes(typeof value);
