import type { ProblemList } from "./problems.js";

/**
 * Collects what is unusual about a file as text. The lines are still read; each oddity is one problem per file.
 */
export class TextOddities {
  #bom = false;
  #crlf = 0;
  #tabs = 0;
  #blankEnd = 0;
  #torn = 0;
  #encoding = 0;

  bom(): void {
    this.#bom = true;
  }
  crlf(line: number): void {
    this.#crlf ||= line;
  }
  tabs(line: number): void {
    this.#tabs ||= line;
  }
  blankEnd(line: number): void {
    this.#blankEnd ||= line;
  }
  /** The last line has no line feed: the writer was interrupted, although the line itself may be complete. */
  torn(line: number): void {
    this.#torn ||= line;
  }
  encoding(line: number): void {
    this.#encoding ||= line;
  }

  report(file: string, problems: ProblemList): void {
    if (this.#bom) problems.add(file, 1, "RUND_TEXT_BOM", "no byte order mark", "one (it is skipped)");
    if (this.#crlf > 0)
      problems.add(file, this.#crlf, "RUND_TEXT_CRLF", "lines that end in LF", "CRLF (it is read as LF)");
    if (this.#tabs > 0)
      problems.add(file, this.#tabs, "RUND_TEXT_TABS", "fields separated by spaces", "tabs (they are read as spaces)");
    if (this.#blankEnd > 0)
      problems.add(file, this.#blankEnd, "RUND_TEXT_BLANK_END", "no blank lines at the end", "blank lines (left out)");
    if (this.#torn > 0)
      problems.add(file, this.#torn, "RUND_TEXT_TORN", "a line feed after the last line", "none (truncated?)");
    if (this.#encoding > 0) problems.add(file, this.#encoding, "RUND_TEXT_ENCODING", "printable ASCII", "other bytes");
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
  const oddities = new TextOddities();
  const end = text.trimEnd().length;
  let at = 0;
  if (text.startsWith("\ufeff")) {
    oddities.bom();
    at = 1;
  }
  let line = 1;
  for (; at < end; line++) {
    const feed = text.indexOf("\n", at);
    if (feed < 0) oddities.torn(line);
    let words = text.slice(at, feed < 0 ? text.length : feed);
    if (words.endsWith("\r")) {
      oddities.crlf(line);
      words = words.slice(0, -1);
    }
    if (words.includes("\t")) oddities.tabs(line);
    if (/[^\t -~]/.test(words)) oddities.encoding(line);
    yield [words.split(/[ \t]+/).filter(word => word !== ""), line];
    at = feed < 0 ? text.length : feed + 1;
  }
  if (at < text.length) oddities.blankEnd(line);
  oddities.report(file, problems);
}
