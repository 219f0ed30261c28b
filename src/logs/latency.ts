import type { Parsed } from "../model/problem.js";
import { fieldsByLine } from "./lines.js";
import { formatG } from "./numbers.js";
import { excerpt, ProblemList } from "./problems.js";

/**
 * A cell's latency.txt: the mean latency in milliseconds over all clients and rounds, written with six digits; null
 * where it cannot be read.
 *
 * @example parseLatencyLog("755.03\n").rows // 755.03
 */
export function parseLatencyLog(text: string, file = "latency.txt"): Parsed<number | null> {
  const problems = new ProblemList();
  const lines = fieldsByLine(text, file, problems);
  const word = lines[0]?.[0] ?? "";
  if (lines.length === 1 && lines[0]?.length === 1 && /^\d+(\.\d+)?(e[+-]?\d+)?$/.test(word)) {
    return { rows: Number(word), problems: problems.list };
  }
  const found = lines.length === 1 ? `"${lines[0]?.join(" ")}"` : `${lines.length} lines`;
  problems.add(file, 1, "RUND_PARSE_NUMBER", "one line with the mean latency", excerpt(found));
  return { rows: null, problems: problems.list };
}

/** @example formatLatencyLog(755.0302) // "755.03\n" */
export const formatLatencyLog = (meanMs: number): string => `${formatG(meanMs)}\n`;
