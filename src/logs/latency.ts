import { excerpt, type Parsed } from "../model/problem.js";
import { fieldsByLine } from "./lines.js";
import { formatG } from "./numbers.js";
import { ProblemList } from "./problems.js";

/**
 * Parses a cell's latency.txt: the mean latency in milliseconds over all clients and rounds, written with six digits; null if it
 * cannot be read.
 *
 * @example parseLatencyLog("755.03\n").rows // 755.03
 */
export function parseLatencyLog(text: string, file = "latency.txt"): Parsed<number | null> {
  const problems = new ProblemList();
  return { rows: readLatencyLog(text, file, problems), problems: problems.list };
}

/** Works like parseLatencyLog, but adds to a given list of problems. */
export function readLatencyLog(text: string, file: string, problems: ProblemList): number | null {
  const [first, second] = fieldsByLine(text, file, problems);
  const [word = "", surplus] = first?.[0] ?? [];
  if (second === undefined && surplus === undefined && /^\d+(\.\d+)?(e[+-]?\d+)?$/.test(word)) return Number(word);
  const found = second === undefined ? `"${first?.[0].join(" ") ?? ""}"` : "more than one line";
  problems.add(file, 1, "RUND_PARSE_NUMBER", "one line with the mean latency", excerpt(found));
  return null;
}

/**
 * Writes the text of a `latency.txt`: the mean latency in milliseconds, as the original's awk prints it.
 *
 * @example formatLatencyLog(755.0302) // "755.03\n"
 */
export const formatLatencyLog = (meanMs: number): string => `${formatG(meanMs)}\n`;
