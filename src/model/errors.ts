/** The kinds of failure. Each has one exit code of the command line. */
export type ErrorKind = "check" | "usage" | "machine" | "input" | "interrupted";

/** Exit codes of the command line, by kind of error. 0 is success. */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  check: 1,
  usage: 2,
  machine: 3,
  input: 4,
  interrupted: 130,
};

/** The parts of an error's message beside its summary. */
export interface LabErrorDetails {
  /** The file and line, option, or part of the machine that the error is about. */
  readonly where?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  /** The next step for the reader of the message. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * The only error type of rund-lab. Programs read its code; people read the place, what was expected, what was found, and the next
 * step.
 *
 * @param code a constant such as `RUND_PARSE_FIELDS`, which never changes
 * @param kind determines the exit code: `check` 1, `usage` 2, `machine` 3, `input` 4, `interrupted` 130
 * @param summary one sentence without the place; empty if `expected` and `found` say everything
 * @example new LabError("RUND_NO_RUNS", "input", "no run folder", { where: "raw" }).message // "raw: no run folder"
 */
export class LabError extends Error {
  override readonly name = "LabError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly hint: string | undefined;

  constructor(code: string, kind: ErrorKind, summary: string, details: LabErrorDetails = {}) {
    const { where, expected, found, hint, cause } = details;
    const contrast =
      expected === undefined ? "" : `expected ${expected}${found === undefined ? "" : `, found ${found}`}`;
    const sentence = [summary, contrast].filter(part => part !== "").join(": ");
    super(where === undefined ? sentence : `${where}: ${sentence}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = kind;
    this.where = where;
    this.expected = expected;
    this.found = found;
    this.hint = hint;
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}
