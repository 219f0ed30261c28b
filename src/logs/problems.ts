import type { Problem } from "../model/problem.js";

/** Problems of one reading: the first thousand are kept, all are counted, so that a damaged disk cannot fill memory. */
export class ProblemList {
  static readonly kept = 1000;
  readonly list: Problem[] = [];
  count = 0;

  add(file: string, line: number | null, code: string, expected: string, found: string): void {
    this.count++;
    if (this.list.length < ProblemList.kept) this.list.push({ file, line, code, expected, found });
  }
}

/** At most 60 characters of what was found in a log, as it stands in a message. */
export const excerpt = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}...` : text);
