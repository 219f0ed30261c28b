import type { ProblemList } from "./problems.js";

/**
 * What is wrong with a file as text, however right its lines are. Each is read all the same, and is one problem a file.
 */
export class TextOddities {
  #bom = false;
  #crlf = 0;
  #tabs = 0;
  #blankEnd = 0;
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
  encoding(line: number): void {
    this.#encoding ||= line;
  }

  report(file: string, problems: ProblemList): void {
    if (this.#bom) problems.add(file, 1, "RUND_TEXT_BOM", "no byte order mark", "one (read without it)");
    if (this.#crlf > 0) problems.add(file, this.#crlf, "RUND_TEXT_CRLF", "lines that end in LF", "CRLF (read as LF)");
    if (this.#tabs > 0)
      problems.add(file, this.#tabs, "RUND_TEXT_TABS", "fields parted by spaces", "tabs (read as spaces)");
    if (this.#blankEnd > 0)
      problems.add(file, this.#blankEnd, "RUND_TEXT_BLANK_END", "no blank lines at the end", "blank lines (left out)");
    if (this.#encoding > 0) problems.add(file, this.#encoding, "RUND_TEXT_ENCODING", "printable ASCII", "other bytes");
  }
}

/** Lines of a small log as fields, the oddities of its text reported; line k of the file is element k − 1. */
export function fieldsByLine(text: string, file: string, problems: ProblemList): readonly (readonly string[])[] {
  const oddities = new TextOddities();
  let body = text;
  if (body.startsWith("\ufeff")) {
    oddities.bom();
    body = body.slice(1);
  }
  const lines = body.split("\n");
  if (lines.at(-1) === "") lines.pop();
  while (lines.length > 0 && lines[lines.length - 1]!.trim() === "") {
    oddities.blankEnd(lines.length);
    lines.pop();
  }
  const fields = lines.map((line, index) => {
    if (line.endsWith("\r")) oddities.crlf(index + 1);
    if (line.includes("\t")) oddities.tabs(index + 1);
    if (/[^\t\r -~]/.test(line)) oddities.encoding(index + 1);
    const trimmed = line.trim();
    return trimmed === "" ? [] : trimmed.split(/\s+/);
  });
  oddities.report(file, problems);
  return fields;
}
