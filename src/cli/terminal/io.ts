import { stripVTControlCharacters } from "node:util";
import { describeProblem, type Problem } from "../../model/problem.js";

/**
 * The outputs of a command: the result to stdout, everything else (progress, warnings, hints) to stderr. Tests pass their own;
 * only `cli/` uses the real ones.
 */
export interface Io {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** `--quiet`: only errors on stderr. Set after the command line is parsed. */
  quiet: boolean;
}

export const processIo = (): Io => ({
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  quiet: false,
});

/** Prints a line of progress, a warning or a hint on stderr; nothing with `--quiet`. */
export function note(io: Io, line: string): void {
  if (!io.quiet) io.stderr.write(`${printable(line)}\n`);
}

/** Prints the first ten problems of data that was read, as notes. */
export function noteProblems(io: Io, problems: readonly Problem[]): void {
  for (const problem of problems.slice(0, 10)) note(io, describeProblem(problem));
}

/** Prints a command's result for people on stdout. */
export function print(io: Io, text: string): void {
  io.stdout.write(printable(text));
}

/** Prints a command's result on stdout: the JSON document with `--json`, otherwise the lines. */
export function printResult(io: Io, json: boolean | undefined, document: unknown, lines: readonly string[]): void {
  if (json === true) printJson(io, document);
  else print(io, `${lines.join("\n")}\n`);
}

/** Prints the one JSON document of `--json` on stdout. */
export function printJson(io: Io, value: unknown): void {
  // JSON does not escape the control characters from 7F to 9F, and a terminal reads 9B as the start of a sequence
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  io.stdout.write(`${JSON.stringify(value, null, 2).replace(/[\u007f-\u009f]/g, escaped)}\n`);
}

/**
 * Returns text from a log or a folder's name, safe for a terminal: without escape sequences, and without control characters
 * except tab and line feed.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the removed characters
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "?");
}

/** Whether the result goes to a terminal that can show block characters: not a pipe, not a dumb terminal, and UTF-8. */
export function drawsBlocks({ stdout, env }: Pick<Io, "stdout" | "env">): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return stdout.isTTY === true && env.TERM !== "dumb" && /utf-?8/i.test(locale);
}
