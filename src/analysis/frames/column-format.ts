/** A value in a cell of a table; null and undefined are written as an empty text. */
export type TableValue = string | number | boolean | null | undefined;

/**
 * Returns the format of a column's values in a table for people. All numbers have the same number of decimals: enough for the
 * smallest to have `significant` digits, but no more than the values have; none if all values are whole.
 *
 * @example columnFormat([678.1999999999999, 84.22]).text(678.1999999999999) // "678.2"
 * @example columnFormat([0.5, 20]).text(20) // "20.0"
 */
export function columnFormat(
  values: readonly TableValue[],
  significant = 3,
): {
  readonly numeric: boolean;
  readonly text: (value: TableValue) => string;
} {
  const numbers = values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const others = values.some(value => typeof value === "string" || typeof value === "boolean");
  const smallest = Math.min(...numbers.map(Math.abs).filter(size => size > 0));
  const wanted = Number.isFinite(smallest) ? significant - 1 - Math.floor(Math.log10(smallest)) : 0;
  const most = Math.max(0, ...numbers.map(decimalsOf));
  const places = Math.max(0, Math.min(6, wanted, most));
  return {
    numeric: numbers.length > 0 && !others,
    text: value =>
      value === null || value === undefined || Number.isNaN(value)
        ? ""
        : typeof value === "number"
          ? value.toFixed(places)
          : String(value),
  };
}

/** Returns the number of decimals of a number, not counting those that binary arithmetic adds. */
const decimalsOf = (value: number): number => (String(Number(value.toPrecision(12))).split(".")[1] ?? "").length;
