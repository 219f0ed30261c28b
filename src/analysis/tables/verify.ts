import type { Dataset, PublishedCell } from "../datasets/dataset.js";
import { allTables } from "./tables.js";

export interface Mismatch {
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly published: number;
  readonly recomputed: number;
}

/** What comparing recomputed tables with published ones found. */
export interface Verification {
  /** Published cells. */
  readonly cells: number;
  /** Of these, recomputed as the same float64. */
  readonly matched: number;
  readonly mismatched: readonly Mismatch[];
  /** Published cells that the data does not give. */
  readonly missing: readonly Omit<PublishedCell, "value">[];
}

/** Recomputes a dataset's tables and compares them with published cells, bit for bit. */
export function compareWithPublished(dataset: Dataset, published: readonly PublishedCell[]): Verification {
  const recomputed = new Map<string, number | null>(
    allTables(dataset).flatMap(table =>
      table.rows.flatMap(({ row, values }) =>
        values.map((value, index) => [`${table.name}/${row}/${table.columns[index]}`, value] as const),
      ),
    ),
  );
  const mismatched: Mismatch[] = [];
  const missing: Omit<PublishedCell, "value">[] = [];
  for (const { table, row, column, value } of published) {
    const own = recomputed.get(`${table}/${row}/${column}`) ?? null;
    if (own === null) missing.push({ table, row, column });
    else if (own !== value) mismatched.push({ table, row, column, published: value, recomputed: own });
  }
  const cells = published.length;
  return { cells, matched: cells - mismatched.length - missing.length, mismatched, missing };
}
