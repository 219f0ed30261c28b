/** What a cell of a table may hold; nothing is written for null and undefined. */
export type TableValue = string | number | boolean | null | undefined;

/**
 * How a column's values are written in a table for people: numbers with the same digits after the point, three significant
 * ones in the smallest, whole if all are.
 *
 * @example columnFormat([678.1999999999999, 84.22]).text(678.1999999999999) // "678.2"
 */
export function columnFormat(values: readonly TableValue[]): {
  readonly numeric: boolean;
  readonly text: (value: TableValue) => string;
} {
  const numbers = values.filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  const others = values.some(value => typeof value === "string" || typeof value === "boolean");
  const smallest = Math.min(...numbers.map(Math.abs).filter(size => size > 0));
  const wanted = Number.isFinite(smallest) ? 2 - Math.floor(Math.log10(smallest)) : 0;
  const places = numbers.every(Number.isInteger) ? 0 : Math.max(0, Math.min(6, wanted));
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
