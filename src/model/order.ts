/**
 * Compares two texts by their UTF-16 code units, whatever the language of the machine.
 *
 * @example ["b", "B", "a"].sort(byText) // ["B", "a", "b"]
 */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Compares two numbers by size, and any other values as texts.
 *
 * @example [10, 9].sort(byValue) // [9, 10]
 */
export const byValue = (a: unknown, b: unknown): number =>
  typeof a === "number" && typeof b === "number" ? a - b : byText(String(a), String(b));
