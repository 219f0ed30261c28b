/**
 * Returns a number with its noun, in the plural unless the number is 1.
 *
 * @param noun a noun with a regular plural
 * @example counted(1, "problem") // "1 problem"
 * @example counted(0, "sandbox") // "0 sandboxes"
 */
export const counted = (n: number, noun: string): string =>
  `${n} ${noun}${n === 1 ? "" : noun.endsWith("x") ? "es" : "s"}`;
