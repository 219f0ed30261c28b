import { LabError } from "../../model/errors.js";
import { byValue } from "../../model/order.js";
import { type DataFrame, danfo } from "./danfo.js";

/** The columns of a tidy frame that become a table's rows, columns and cells. */
export interface Pivot {
  /** Columns that identify the table's rows; they stay columns, because danfo has no index with several levels. */
  readonly index: string | readonly string[];
  /** The column whose values become the table's columns, numbers ascending. */
  readonly columns: string;
  /** The column whose values become the table's cells. */
  readonly values: string;
}

/**
 * Returns a tidy frame as a table, like `DataFrame.pivot` of pandas, which danfo lacks: a row per combination of `index`, in
 * order of appearance; a column per value of `columns`; NaN if the frame has no row for a cell.
 *
 * @throws LabError `RUND_PIVOT` (usage) if a column is missing, or two rows of the frame fall into one cell
 */
export async function pivot(frame: DataFrame, { index, columns, values }: Pivot): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const keys = typeof index === "string" ? [index] : [...index];
  const place = (column: string) => {
    const at = frame.columns.indexOf(column);
    if (at < 0) throw usage(`one of the columns ${frame.columns.join(", ")}`, column);
    return at;
  };
  const [keyPlaces, columnPlace, valuePlace] = [keys.map(place), place(columns), place(values)];
  const rows = new Map<string, { readonly keys: readonly unknown[]; readonly cells: Map<unknown, unknown> }>();
  for (const row of frame.values as readonly (readonly unknown[])[]) {
    const own = keyPlaces.map(at => row[at]);
    const name = JSON.stringify(own);
    const { cells } = rows.get(name) ?? rows.set(name, { keys: own, cells: new Map() }).get(name)!;
    const column = row[columnPlace];
    if (cells.has(column))
      throw usage(`one row for each ${[...keys, columns].join(", ")}`, `two rows for ${own}, ${column}`);
    cells.set(column, row[valuePlace]);
  }
  const all = [...new Set([...rows.values()].flatMap(({ cells }) => [...cells.keys()]))].sort(byValue);
  return new DataFrame(
    [...rows.values()].map(({ keys, cells }) => [...keys, ...all.map(column => cells.get(column) ?? Number.NaN)]),
    { columns: [...keys, ...all.map(String)] },
  );
}

const usage = (expected: string, found: string) =>
  new LabError("RUND_PIVOT", "usage", "", {
    where: "pivot",
    expected,
    found,
    hint: "group the frame first, for example frame.groupby([…]).col([…]).mean()",
  });
