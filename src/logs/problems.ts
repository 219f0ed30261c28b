import type { Problem } from "../model/problem.js";

/** The problems of one read. The first thousand are kept and all are counted, so that a damaged disk cannot fill memory. */
export class ProblemList {
  static readonly kept = 1000;
  readonly list: Problem[] = [];
  count = 0;

  add(file: string, line: number | null, code: string, expected: string, found: string): void {
    this.count++;
    if (this.list.length < ProblemList.kept) this.list.push({ file, line, code, expected, found });
  }
}
