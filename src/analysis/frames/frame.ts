import { type DataFrame, danfo } from "./danfo.js";

/** Rows for a frame: every row has the same keys, which become columns. */
export type FrameRows = readonly Readonly<Record<string, string | number | boolean | null>>[];

/** What a column holds, in danfo's words. danfo calls all fractions `float32`; it computes in JavaScript's 64 bits. */
export type ColumnType = "string" | "int32" | "float32" | "boolean";

/** The columns of a frame, in their order, each with its type and how it follows from a row. */
export type Columns<Row> = Readonly<
  Record<string, readonly [ColumnType, (row: Row) => string | number | boolean | null]>
>;

/**
 * Returns rows as a danfo DataFrame. A null is NaN, as in pandas.
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) where danfojs-node is not installed
 */
export async function frame(rows: FrameRows): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const columns = Object.keys(rows[0] ?? {});
  return new DataFrame(
    rows.map(row => columns.map(column => row[column] ?? Number.NaN)),
    { columns },
  );
}

/** Returns a frame with these columns, also where there is no row. A missing text is an empty one, any other null is NaN. */
export async function frameOf<Row>(columns: Columns<Row>, rows: readonly Row[]): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const all = Object.values(columns);
  return new DataFrame(
    rows.map(row => all.map(([type, value]) => value(row) ?? (type === "string" ? "" : Number.NaN))),
    { columns: Object.keys(columns), dtypes: all.map(([type]) => type) },
  );
}
