import type { ProblemList } from "./problems.js";

/** The oddities that a file's text can have, each with the problem's code, the expected and the found text. */
const oddities = {
  bom: ["RUND_TEXT_BOM", "no byte order mark", "one (it is skipped)"],
  crlf: ["RUND_TEXT_CRLF", "lines that end in LF", "CRLF (it is read as LF)"],
  tabs: ["RUND_TEXT_TABS", "fields separated by spaces", "tabs (they are read as spaces)"],
  blankEnd: ["RUND_TEXT_BLANK_END", "no blank lines at the end", "blank lines (left out)"],
  // the writer was interrupted, although the line itself may be complete
  truncated: ["RUND_TEXT_TORN", "a line feed after the last line", "none (truncated?)"],
  encoding: ["RUND_TEXT_ENCODING", "printable ASCII", "other bytes"],
} as const;
type Oddity = keyof typeof oddities;

/** Collects the oddities of a file's text. The lines are still read; each oddity is one problem per file. */
export class TextOddities {
  readonly #firstLines = new Map<Oddity, number>();

  note(oddity: Oddity, line: number): void {
    if (!this.#firstLines.has(oddity)) this.#firstLines.set(oddity, line);
  }

  /** Notes the oddities of a line and returns the line without its carriage return. */
  line(text: string, line: number): string {
    if (text.endsWith("\r")) this.note("crlf", line);
    const plain = text.replace(/\r$/, "");
    if (plain.includes("\t")) this.note("tabs", line);
    if (/[^\t -~]/.test(plain)) this.note("encoding", line);
    return plain;
  }

  report(file: string, problems: ProblemList): void {
    for (const [oddity, [code, expected, found]] of Object.entries(oddities)) {
      const line = this.#firstLines.get(oddity as Oddity);
      if (line !== undefined) problems.add(file, line, code, expected, found);
    }
  }
}

/**
 * Yields the lines of a small log, each as its fields and its number, 1 for the first; blank lines at the end are left out.
 * Oddities of the text are reported after the last line.
 */
export function* fieldsByLine(
  text: string,
  file: string,
  problems: ProblemList,
): Generator<readonly [fields: readonly string[], line: number]> {
  const found = new TextOddities();
  const end = text.trimEnd().length;
  let at = 0;
  if (text.startsWith("\ufeff")) {
    found.note("bom", 1);
    at = 1;
  }
  let line = 1;
  for (; at < end; line++) {
    const feed = text.indexOf("\n", at);
    if (feed < 0) found.note("truncated", line);
    const words = found.line(text.slice(at, feed < 0 ? text.length : feed), line);
    yield [words.split(/[ \t]+/).filter(word => word !== ""), line];
    at = feed < 0 ? text.length : feed + 1;
  }
  if (at < text.length) found.note("blankEnd", line);
  found.report(file, problems);
}
