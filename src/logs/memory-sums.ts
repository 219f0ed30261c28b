import { type ProcessMemory, processClass, readSmemTable } from "./memory.js";
import type { ProblemList } from "./problems.js";

/** Sizes of the processes of one kind, summed, in KiB. */
export interface MemorySum extends Omit<ProcessMemory, "name"> {
  readonly processes: number;
}

/** The sums for each kind of process (`processClass`), in order of appearance. */
export type MemorySums = ReadonlyMap<string, MemorySum>;

const LF = 10;
const SPACE = 32;
const HEADER = /^Name +USS +PSS +RSS +VSS *\n/;

/**
 * Sums a memory snapshot by kind of process in one pass over its bytes. @internal
 *
 * @returns the sums, or null (and a problem) if a line could not be read; and the number of lines
 */
export function sumSmemTable(
  bytes: Buffer,
  length: number,
  file: string,
  problems: ProblemList,
): { readonly sums: MemorySums | null; readonly lines: number } {
  const quick = sumPlain(bytes, length);
  if (quick !== undefined) return quick;
  const { rows, lines, failed } = readSmemTable(bytes.toString("utf8", 0, length), file, problems);
  if (rows.length === 0) problems.add(file, null, "RUND_MEMORY_EMPTY", "a line per process", "none");
  if (rows.length === 0 || failed > 0) return { sums: null, lines };
  const sums = new Map<string, Growing>();
  for (const row of rows) add(sums, processClass(row.name), row.ussKiB, row.pssKiB, row.rssKiB, row.vssKiB);
  return { sums, lines };
}

/** Returns the sums of a table in smem's usual form; undefined if any line differs from it. */
function sumPlain(bytes: Buffer, length: number): { sums: MemorySums; lines: number } | undefined {
  const headerEnd = bytes.subarray(0, Math.min(length, 200)).indexOf(LF) + 1;
  if (!HEADER.test(bytes.toString("latin1", 0, headerEnd)) || headerEnd === length) return undefined;
  if (bytes[length - 1] !== LF) return undefined;
  const sums = new Map<string, Growing>();
  const sizes = [0, 0, 0, 0];
  let lines = 1;
  let at = headerEnd;
  while (at < length) {
    const nameStart = at;
    let byte = bytes[at]!;
    while (byte > SPACE && byte < 0x7f) byte = bytes[++at]!;
    const nameEnd = at;
    for (let field = 0; field < 4; field++) {
      while (byte === SPACE) byte = bytes[++at]!;
      const from = at;
      let value = 0;
      for (; byte >= 48 && byte <= 57; byte = bytes[++at]!) value = value * 10 + (byte - 48);
      if (at === from || at - from > 15 || (byte !== SPACE && byte !== LF)) return undefined;
      sizes[field] = value;
    }
    while (byte === SPACE) byte = bytes[++at]!;
    const [uss = 0, pss = 0, rss = 0, vss = 0] = sizes;
    if (byte !== LF || nameEnd === nameStart || uss > pss || pss > rss) return undefined;
    add(sums, processClass(bytes.toString("latin1", nameStart, nameEnd)), uss, pss, rss, vss);
    lines++;
    at++;
  }
  return { sums, lines };
}

/** A sum while the lines are read. */
type Growing = { -readonly [Size in keyof MemorySum]: number };

function add(sums: Map<string, Growing>, kind: string, uss: number, pss: number, rss: number, vss: number): void {
  let sum = sums.get(kind);
  if (sum === undefined) {
    sum = { processes: 0, ussKiB: 0, pssKiB: 0, rssKiB: 0, vssKiB: 0 };
    sums.set(kind, sum);
  }
  sum.processes++;
  sum.ussKiB += uss;
  sum.pssKiB += pss;
  sum.rssKiB += rss;
  sum.vssKiB += vss;
}
