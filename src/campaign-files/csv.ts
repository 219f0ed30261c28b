import { stringify } from "csv-stringify/sync";

/** A field of a CSV file; null and undefined are empty. */
export type CsvValue = string | number | null | undefined;

/**
 * Writes rows as CSV lines. Numbers are written as the shortest text that reads back as the same float64; a field with a comma, a
 * quote or a line break is quoted (RFC 4180).
 *
 * @example csvText([["a", 0.1, null], ['say "x"', 2, ""]]) // 'a,0.1,\n"say ""x""",2,\n'
 */
export const csvText = (rows: readonly (readonly CsvValue[])[]): string => stringify(rows as CsvValue[][]);

/**
 * Returns a number with a fixed number of decimals, for a CSV file; null for one that is missing or not finite.
 *
 * @example fixed(1.25, 1) // "1.3"
 * @example fixed(Number.POSITIVE_INFINITY) // null
 */
export const fixed = (value: number | null | undefined, decimals = 3): string | null =>
  value == null || !Number.isFinite(value) ? null : value.toFixed(decimals);
