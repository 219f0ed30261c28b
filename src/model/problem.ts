/**
 * Something wrong with an input that did not stop the reading of the rest. Problems stand beside the rows that could be
 * read; nothing is dropped without one.
 */
export interface Problem {
  /** The file or folder, as it was reached from the folder that was asked for. */
  readonly file: string;
  /** 1 for the first line; null where the problem is the file itself. */
  readonly line: number | null;
  /** A constant for programs, such as `RUND_PARSE_FIELDS`. */
  readonly code: string;
  readonly expected: string;
  readonly found: string;
}

/** What every parser returns: what could be read, and what could not. */
export interface Parsed<Rows> {
  readonly rows: Rows;
  readonly problems: readonly Problem[];
}

/**
 * One problem as a line of text.
 *
 * @example describeProblem({ file: "cpu.txt", line: 2, code: "RUND_PARSE_FIELDS", expected: "3 fields", found: "2" }) // "cpu.txt:2: expected 3 fields, found 2"
 */
export function describeProblem({ file, line, expected, found }: Problem): string {
  return `${file}${line === null ? "" : `:${line}`}: expected ${expected}, found ${found}`;
}
