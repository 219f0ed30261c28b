import { excerpt, type Parsed } from "../model/problem.js";
import { fieldsByLine } from "./lines.js";
import { wholeNumber } from "./numbers.js";
import { ProblemList } from "./problems.js";

/** One process of a memory snapshot, sizes in KiB. */
export interface ProcessMemory {
  /** The process's name in the kernel (at most 15 characters). */
  readonly name: string;
  readonly ussKiB: number;
  readonly pssKiB: number;
  readonly rssKiB: number;
  readonly vssKiB: number;
}

const HEADER = "Name USS PSS RSS VSS";

/**
 * Parses a memory snapshot: smem's table with a line per process.
 *
 * Every unreadable line is a problem. Check that there are none before you sum the rows: a sum over fewer processes makes the
 * runtime look smaller.
 *
 * @example parseSmemTable("Name  USS  PSS  RSS  VSS\nvirtiofsd 88 256 1936 76560\n").rows // [{ name: "virtiofsd", ussKiB: 88, pssKiB: 256, rssKiB: 1936, vssKiB: 76560 }]
 */
export function parseSmemTable(text: string, file = "memory snapshot"): Parsed<readonly ProcessMemory[]> {
  const problems = new ProblemList();
  return { rows: readSmemTable(text, file, problems).rows, problems: problems.list };
}

/**
 * Works like parseSmemTable, but adds to a given list of problems; also returns the number of lines, and of those that
 * failed.
 */
export function readSmemTable(
  text: string,
  file: string,
  problems: ProblemList,
): { readonly rows: readonly ProcessMemory[]; readonly lines: number; readonly failed: number } {
  const rows: ProcessMemory[] = [];
  let lines = 0;
  let failed = 0;
  const fail = (code: string, expected: string, found: string) => {
    failed++;
    problems.add(file, Math.max(lines, 1), code, expected, excerpt(found));
  };
  for (const [fields, line] of fieldsByLine(text, file, problems)) {
    lines = line;
    if (line === 1) {
      const head = fields.join(" ");
      if (head !== HEADER) fail("RUND_PARSE_HEADER", HEADER, head || "a blank line");
      continue;
    }
    if (fields.length < 5) {
      fail("RUND_PARSE_FIELDS", "5 fields (name uss pss rss vss)", String(fields.length));
      continue;
    }
    // a process's name may contain spaces: the four sizes are the last fields
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
  if (lines === 0) fail("RUND_PARSE_HEADER", HEADER, "nothing");
  return { rows, lines, failed };
}

/**
 * Writes a memory snapshot as smem does.
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
 * Returns the kind of a process: its name without the sandbox's id, which follows a dash.
 *
 * @example processClass("rund-f9ba0b72") // "rund"
 * @example processClass("qemu-system-x86") // "qemu-system-x86"
 */
export const processClass = (name: string): string => name.replace(/-[0-9a-f]{8}$/, "");
