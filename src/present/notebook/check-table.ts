import type { Dataset } from "../../analysis/datasets/dataset.js";
import type { ViewableFrame } from "../../analysis/frames/view.js";
import { allTables } from "../../analysis/tables/tables.js";
import { check } from "./done.js";

/** The published tables with which a notebook's table is compared: `time` for `time.csv`, `memory` for every `mem_<id>.csv`. */
export type TableKind = "time" | "cpu" | "memory" | "density";

const prefixes = { time: "time", cpu: "cpu", memory: "mem_", density: "density_" } as const;
/** The column of the frame that distinguishes the rows of one runtime's table. */
const rowColumns = { time: null, cpu: null, memory: "memory_mb", density: "density" } as const;

/** The largest relative difference between sums of the same numbers, added in a different order. */
const tolerance = 1e-12;

/**
 * Compares a table that a notebook computed with the published one, cell by cell, and shows whether it is equal to the last bit
 * or within a relative error of 1e-12. If a dataset has no published tables of the kind, those of `rund-lab analyze` are the reference.
 *
 * @param frame a row per `dataset`, `runtime` and, for `memory` and `density`, `memory_mb` or `density`; a column per
 * concurrency, or for `memory` per density
 */
export function checkTable(frame: ViewableFrame, datasets: readonly Dataset[], kind: TableKind): void {
  const cells = cellsOf(frame, rowColumns[kind]);
  for (const dataset of datasets) {
    const published = dataset.published.filter(({ table }) => table.startsWith(prefixes[kind]));
    const reference = published.length > 0 ? published : recomputed(dataset, kind);
    if (reference.length === 0) continue;
    const errors = reference.map(({ table, row, column, value }) => {
      const runtime = rowColumns[kind] === null ? row : table.slice(prefixes[kind].length);
      const own = cells.get(keyOf([dataset.name, runtime, rowColumns[kind] === null ? "" : row, column]));
      return own === undefined
        ? Number.POSITIVE_INFINITY
        : Math.abs(own - value) / Math.max(Math.abs(value), Number.MIN_VALUE);
    });
    const same = errors.filter(error => error === 0).length;
    const close = errors.filter(error => error <= tolerance).length;
    const exact =
      same === errors.length ? "to the last bit" : `within a relative error of 1e-12, ${same} of them to the last bit`;
    check(
      `${dataset.name}: all ${reference.length} cells equal ${published.length > 0 ? "the published ones" : "those of `rund-lab analyze`"}${close < errors.length ? "" : `, ${exact}`}`,
      close === errors.length,
      `${close} do`,
    );
  }
}

const keyOf = (key: readonly string[]): string => JSON.stringify(key);

/** Returns the cells of a frame, by dataset, runtime, row and column. */
function cellsOf({ columns, values }: ViewableFrame, rowColumn: string | null): ReadonlyMap<string, number> {
  const labels = ["dataset", "runtime", ...(rowColumn === null ? [] : [rowColumn])];
  const at = labels.map(label => columns.indexOf(label));
  return new Map(
    (values as readonly (readonly unknown[])[]).flatMap(row => {
      const [dataset = "", runtime = "", own = ""] = at.map(place => String(row[place]));
      return columns.flatMap((column, place) =>
        labels.includes(column) || Number.isNaN(row[place])
          ? []
          : [[keyOf([dataset, runtime, own, column]), Number(row[place])] as const],
      );
    }),
  );
}

/** Returns the tables that rund-lab computes, as cells. */
const recomputed = (dataset: Dataset, kind: TableKind) =>
  allTables(dataset)
    .filter(({ name }) => name.startsWith(prefixes[kind]))
    .flatMap(({ name, columns, rows }) =>
      rows.flatMap(({ row, values }) =>
        values.flatMap((value, at) =>
          value === null ? [] : [{ table: name, row, column: String(columns[at]), value }],
        ),
      ),
    );
