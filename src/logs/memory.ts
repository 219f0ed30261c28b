import type { Parsed } from "../model/problem.js";
import { fieldsByLine } from "./lines.js";
import { wholeNumber } from "./numbers.js";
import { excerpt, ProblemList } from "./problems.js";

/** One process of a memory snapshot, sizes in KiB. */
export interface ProcessMemory {
  /** The process's name as the kernel has it (at most 15 characters). */
  readonly name: string;
  readonly ussKiB: number;
  readonly pssKiB: number;
  readonly rssKiB: number;
  readonly vssKiB: number;
}

/**
 * A memory snapshot: smem's table with a line per process.
 *
 * Every line that cannot be read is a problem; whoever sums the rows must check that there is none, for a sum over fewer
 * processes flatters the runtime.
 *
 * @example parseSmemTable("Name  USS  PSS  RSS  VSS\nvirtiofsd 88 256 1936 76560\n").rows // [{ name: "virtiofsd", ussKiB: 88, pssKiB: 256, rssKiB: 1936, vssKiB: 76560 }]
 */
export function parseSmemTable(text: string, file = "memory snapshot"): Parsed<readonly ProcessMemory[]> {
  const problems = new ProblemList();
  const rows: ProcessMemory[] = [];
  const [head = [], ...lines] = fieldsByLine(text, file, problems);
  if (head.join(" ") !== "Name USS PSS RSS VSS") {
    problems.add(file, 1, "RUND_PARSE_HEADER", "Name USS PSS RSS VSS", excerpt(head.join(" ") || "nothing"));
  }
  for (const [index, fields] of lines.entries()) {
    const line = index + 2;
    const fail = (code: string, expected: string, found: string) =>
      problems.add(file, line, code, expected, excerpt(found));
    if (fields.length < 5) {
      fail("RUND_PARSE_FIELDS", "5 fields (name uss pss rss vss)", String(fields.length));
      continue;
    }
    // a process's name may hold spaces: the four sizes are the last fields
    const words = fields.slice(-4);
    const [ussKiB, pssKiB, rssKiB, vssKiB] = words.map(wholeNumber);
    if (ussKiB === undefined || pssKiB === undefined || rssKiB === undefined || vssKiB === undefined) {
      const wrong = words.find(word => wholeNumber(word) === undefined) ?? "";
      fail("RUND_PARSE_NUMBER", "whole KiB", `"${wrong}"`);
      continue;
    }
    if (ussKiB > pssKiB || pssKiB > rssKiB) {
      fail("RUND_PARSE_ORDER", "USS within PSS within RSS", words.join(" "));
      continue;
    }
    rows.push({ name: fields.slice(0, -4).join(" "), ussKiB, pssKiB, rssKiB, vssKiB });
  }
  return { rows, problems: problems.list };
}

/**
 * A memory snapshot as smem writes it.
 *
 * @example formatSmemTable([{ name: "virtiofsd", ussKiB: 88, pssKiB: 256, rssKiB: 1936, vssKiB: 76560 }]).split("\n")[1] // "virtiofsd                      88      256     1936    76560 "
 */
export function formatSmemTable(rows: readonly ProcessMemory[]): string {
  const line = (name: string, ...sizes: readonly (string | number)[]) =>
    `${name.padEnd(24)} ${sizes.map(size => String(size).padStart(8)).join(" ")} \n`;
  return (
    line("Name", "USS", "PSS", "RSS", "VSS") +
    rows.map(row => line(row.name, row.ussKiB, row.pssKiB, row.rssKiB, row.vssKiB)).join("")
  );
}

/**
 * The kind of process a name stands for: a sandbox's own id behind a dash is not part of it.
 *
 * @example processClass("rund-f9ba0b72") // "rund"
 * @example processClass("qemu-system-x86") // "qemu-system-x86"
 */
export const processClass = (name: string): string => name.replace(/-[0-9a-f]{8}$/, "");
