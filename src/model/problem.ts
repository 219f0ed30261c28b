/**
 * An error in an input that did not stop the reading of the rest. Problems are returned beside the rows that could be read;
 * nothing is dropped without one.
 */
export interface Problem {
  /** The file or folder, as a path relative to the given folder. */
  readonly file: string;
  /** 1 for the first line; null if the problem concerns the whole file. */
  readonly line: number | null;
  /** A constant for programs, such as `RUND_PARSE_FIELDS`. */
  readonly code: string;
  readonly expected: string;
  readonly found: string;
}

/** The result of every parser: the rows that could be read, and the problems. */
export interface Parsed<Rows> {
  readonly rows: Rows;
  readonly problems: readonly Problem[];
}

/**
 * Returns one problem as a line of text.
 *
 * @example describeProblem({ file: "cpu.txt", line: 2, code: "RUND_PARSE_FIELDS", expected: "3 fields", found: "2" }) // "cpu.txt:2: expected 3 fields, found 2"
 */
export function describeProblem({ file, line, expected, found }: Problem): string {
  return `${file}${line === null ? "" : `:${line}`}: expected ${expected}, found ${found}`;
}

/**
 * Returns a text for a message, shortened to 60 characters.
 *
 * @example excerpt("a".repeat(61)).length // 60
 */
export const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);
