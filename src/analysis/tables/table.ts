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
