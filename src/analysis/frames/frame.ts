import { type DataFrame, danfo } from "./danfo.js";

/** Rows for a frame: all rows have the same keys, which become columns. */
export type FrameRows = readonly Readonly<Record<string, string | number | boolean | null>>[];

/** A column's type, in danfo's terms. danfo calls all fractions `float32`, but computes with JavaScript's 64 bits. */
type ColumnType = "string" | "int32" | "float32" | "boolean";

/** The columns of a frame in order, each with its type and a function that computes it from a row. */
export type Columns<Row> = Readonly<
  Record<string, readonly [ColumnType, (row: Row) => string | number | boolean | null]>
>;

/**
 * Returns rows as a danfo DataFrame. A null is NaN, as in pandas.
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export async function frame(rows: FrameRows): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const columns = Object.keys(rows[0] ?? {});
  return new DataFrame(
    rows.map(row => columns.map(column => row[column] ?? Number.NaN)),
    { columns },
  );
}

/**
 * Returns a frame with these columns, even if there are no rows. A missing text becomes an empty one, any other null becomes NaN.
 */
export async function frameOf<Row>(columns: Columns<Row>, rows: readonly Row[]): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const all = Object.values(columns);
  return new DataFrame(
    rows.map(row => all.map(([type, value]) => value(row) ?? (type === "string" ? "" : Number.NaN))),
    { columns: Object.keys(columns), dtypes: all.map(([type]) => type) },
  );
}
