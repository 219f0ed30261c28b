import { excerpt, type Parsed } from "../model/problem.js";
import { fieldsByLine } from "./lines.js";
import { formatG, sameToSixDigits, wholeNumber } from "./numbers.js";
import { ProblemList } from "./problems.js";

/** CPU time of the whole host in one round, in jiffies of 10 ms. */
export interface CpuSample {
  readonly round: number;
  readonly busyJiffies: number;
  readonly totalJiffies: number;
}

/**
 * Parses a cell's cpu.txt: a line per round with busy jiffies, total jiffies, busy percent. A line whose percentage is not busy /
 * total to six digits is a problem and is left out, because one of the three is wrong and we cannot know which.
 *
 * @example parseCpuLog("800 8201 9.75491\n").rows // [{ round: 1, busyJiffies: 800, totalJiffies: 8201 }]
 * @example parseCpuLog("900 8201 9.75491\n").problems[0].expected // "10.9743 percent (busy / total)"
 */
export function parseCpuLog(text: string, file = "cpu.txt"): Parsed<readonly CpuSample[]> {
  const problems = new ProblemList();
  return { rows: readCpuLog(text, file, problems).rows, problems: problems.list };
}

/** Works like parseCpuLog, but adds to a given list of problems; also returns the number of lines. */
export function readCpuLog(
  text: string,
  file: string,
  problems: ProblemList,
): { readonly rows: readonly CpuSample[]; readonly lines: number } {
  const rows: CpuSample[] = [];
  let lines = 0;
  for (const [fields, line] of fieldsByLine(text, file, problems)) {
    lines = line;
    const fail = (code: string, expected: string, found: string) =>
      problems.add(file, line, code, expected, excerpt(found));
    if (fields.length !== 3) {
      fail("RUND_PARSE_FIELDS", "3 fields (busy total percent)", String(fields.length));
      continue;
    }
    const [busyText = "", totalText = "", percent = ""] = fields;
    const busyJiffies = wholeNumber(busyText);
    const totalJiffies = wholeNumber(totalText);
    if (busyJiffies === undefined || totalJiffies === undefined) {
      fail("RUND_PARSE_NUMBER", "whole jiffies", `"${busyJiffies === undefined ? busyText : totalText}"`);
      continue;
    }
    if (totalJiffies === 0 || busyJiffies > totalJiffies) {
      fail("RUND_PARSE_ORDER", "busy jiffies within the total", `${busyJiffies} of ${totalJiffies}`);
      continue;
    }
    const share = (busyJiffies / totalJiffies) * 100;
    if (!sameToSixDigits(Number(percent), share)) {
      fail("RUND_PARSE_PERCENT", `${formatG(share)} percent (busy / total)`, percent);
      continue;
    }
    rows.push({ round: line, busyJiffies, totalJiffies });
  }
  return { rows, lines };
}

/**
 * Writes the text of a `cpu.txt`: busy and total jiffies of each round, and the busy share in percent.
 *
 * @example formatCpuLog([{ busyJiffies: 800, totalJiffies: 8201 }]) // "800 8201 9.75491\n"
 */
export function formatCpuLog(rows: readonly Pick<CpuSample, "busyJiffies" | "totalJiffies">[]): string {
  return rows
    .map(({ busyJiffies: busy, totalJiffies: total }) => `${busy} ${total} ${formatG((busy / total) * 100)}\n`)
    .join("");
}
