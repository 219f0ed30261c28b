import { excerpt, type Parsed } from "../model/problem.js";
import { TextOddities } from "./lines.js";
import { wholeNumber } from "./numbers.js";
import { ProblemList } from "./problems.js";

/** One line of a client's log: one cold start as that client measured it. Times in epoch milliseconds. */
export interface ColdStart {
  /** Its line number; line k of every client of a cell is round k. */
  readonly round: number;
  readonly sandboxId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly latencyMs: number;
}

/** 8 million cold starts in one cell, 142 MB of columns; the largest recorded cell has 20,000. */
const COLD_STARTS_LIMIT = 2 ** 23;

/**
 * The cold starts of one cell in columns. Element `round × clients + client` (both from 0) is one cold start; if `valid` is 0,
 * there is none or it could not be read.
 */
export class ColdStartColumns {
  readonly clients: number;
  /** The maximum number of rounds. A longer log is not from a campaign and would fill memory. */
  readonly roundsLimit: number;
  /** Number of lines of the longest client log. */
  rounds = 0;
  startMs: Float64Array;
  endMs: Float64Array;
  valid: Uint8Array;

  constructor(clients: number, roundsExpected = 50) {
    this.clients = clients;
    this.roundsLimit = Math.floor(COLD_STARTS_LIMIT / clients);
    const size = clients * Math.min(roundsExpected, this.roundsLimit);
    this.startMs = new Float64Array(size);
    this.endMs = new Float64Array(size);
    this.valid = new Uint8Array(size);
  }

  /** Makes room for more rounds. */
  grow(): void {
    const size = Math.min(Math.max(this.valid.length * 2, this.clients), this.clients * this.roundsLimit);
    const enlarge = <A extends Float64Array | Uint8Array>(old: A, larger: A): A => {
      larger.set(old);
      return larger;
    };
    this.startMs = enlarge(this.startMs, new Float64Array(size));
    this.endMs = enlarge(this.endMs, new Float64Array(size));
    this.valid = enlarge(this.valid, new Uint8Array(size));
  }
}

const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;
const ZERO = 48;
/** Numbers of up to 15 digits are exact if they are computed digit by digit. */
const EXACT_DIGITS = 15;
const LINE_LIMIT = 4096;

/**
 * Scans one client's log into its column of a cell and checks every line: four fields, whole numbers, end ≥ start, end − start =
 * latency. An invalid line is a problem, and its round has no valid line from this client.
 *
 * A usual line is read byte by byte in one pass; the sandbox id is skipped, not decoded. Any other line is parsed a second time
 * to find out what is wrong with it.
 *
 * @param bytes the file, with at least one spare byte after `length`, which is overwritten
 * @returns the number of lines, that is, of rounds
 */
export function scanClientLog(
  bytes: Uint8Array,
  length: number,
  client: number,
  columns: ColdStartColumns,
  file: string,
  problems: ProblemList,
): number {
  const { clients } = columns;
  let { startMs, endMs, valid } = columns;
  let oddities: TextOddities | undefined;
  let contentEnd = -1;
  bytes[length] = LF;
  let at = 0;
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    oddities = new TextOddities();
    oddities.note("bom", 1);
    at = 3;
  }

  let round = 0;
  let cell = client;
  while (at < length) {
    const lineStart = at;
    let byte = bytes[at]!;
    while (byte > SPACE && byte < 0x7f) byte = bytes[++at]!;
    let ok = byte === SPACE && at > lineStart;

    let start = 0;
    let from = at + 1;
    for (byte = bytes[++at]!; byte >= ZERO && byte <= 57; byte = bytes[++at]!) start = start * 10 + (byte - ZERO);
    ok = ok && byte === SPACE && at > from && at - from <= EXACT_DIGITS;

    let end = 0;
    from = at + 1;
    if (ok) for (byte = bytes[++at]!; byte >= ZERO && byte <= 57; byte = bytes[++at]!) end = end * 10 + (byte - ZERO);
    ok = ok && byte === SPACE && at > from && at - from <= EXACT_DIGITS;

    let latency = 0;
    from = at + 1;
    if (ok)
      for (byte = bytes[++at]!; byte >= ZERO && byte <= 57; byte = bytes[++at]!) latency = latency * 10 + (byte - ZERO);
    ok = ok && byte === LF && at > from && at - from <= EXACT_DIGITS && end - start === latency;

    if (cell >= valid.length) {
      if (round >= columns.roundsLimit) {
        problems.add(file, round + 1, "RUND_ROUNDS", `at most ${columns.roundsLimit} rounds`, "more (left out)");
        break;
      }
      columns.grow();
      ({ startMs, endMs, valid } = columns);
    }
    if (ok) {
      startMs[cell] = start;
      endMs[cell] = end;
      valid[cell] = 1;
    } else {
      at = bytes.indexOf(LF, lineStart);
      oddities ??= new TextOddities();
      if (contentEnd < 0) contentEnd = endOfContent(bytes, length);
      if (lineStart >= contentEnd) {
        oddities.note("blankEnd", round + 1);
        break;
      }
      const line = readOddLine(bytes, lineStart, at, round + 1, file, oddities, problems);
      if (line !== undefined) {
        startMs[cell] = line.startMs;
        endMs[cell] = line.endMs;
        valid[cell] = 1;
      }
    }
    at++;
    round++;
    cell += clients;
  }
  if (at > length) {
    oddities ??= new TextOddities();
    oddities.note("truncated", round);
  }
  oddities?.report(file, problems);
  if (round > columns.rounds) columns.rounds = round;
  return round;
}

/** Returns the end of the text without trailing blanks. */
function endOfContent(bytes: Uint8Array, length: number): number {
  let end = length;
  for (; end > 0; end--) {
    const byte = bytes[end - 1]!;
    if (byte !== LF && byte !== CR && byte !== SPACE && byte !== TAB) break;
  }
  return end;
}

/** Reads a line that the one-pass scan did not accept. Unusual white space is accepted here; anything else is a problem. */
function readOddLine(
  bytes: Uint8Array,
  from: number,
  to: number,
  line: number,
  file: string,
  oddities: TextOddities,
  problems: ProblemList,
): ColdStart | undefined {
  const fail = (code: string, expected: string, found: string): undefined => {
    problems.add(file, line, code, expected, excerpt(found));
    return undefined;
  };
  if (to - from > LINE_LIMIT) {
    return fail("RUND_PARSE_LINE_LENGTH", `a line of at most ${LINE_LIMIT} bytes`, `${to - from} bytes`);
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("latin1");
  const fields = oddities
    .line(text, line)
    .split(/[ \t]+/)
    .filter(field => field !== "");
  if (fields.length !== 4) {
    return fail("RUND_PARSE_FIELDS", "4 fields (sandbox start end latency)", String(fields.length));
  }
  const [sandboxId = "", ...words] = fields;
  const [startMs, endMs, latencyMs] = words.map(wholeNumber);
  if (startMs === undefined || endMs === undefined || latencyMs === undefined) {
    const wrong = words.find(word => wholeNumber(word) === undefined) ?? "";
    return fail("RUND_PARSE_NUMBER", "whole milliseconds", `"${wrong}"`);
  }
  if (endMs < startMs) return fail("RUND_PARSE_ORDER", "an end at or after the start", `${startMs} to ${endMs}`);
  if (endMs - startMs !== latencyMs) {
    return fail("RUND_PARSE_LATENCY", `a latency of ${endMs - startMs} (end - start)`, String(latencyMs));
  }
  return { round: line, sandboxId, startMs, endMs, latencyMs };
}

/**
 * Parses one client's log, line by line, with sandbox ids. For whole folders, `readCells` is faster.
 *
 * @returns the valid lines as cold starts, and a problem for every other line
 * @example parseClientLog("ab 1000 1084 84\n").rows // [{ round: 1, sandboxId: "ab", startMs: 1000, endMs: 1084, latencyMs: 84 }]
 * @example parseClientLog("ab 1000 1084\n").problems[0].code // "RUND_PARSE_FIELDS"
 */
export function parseClientLog(log: string | Uint8Array, file = "client log"): Parsed<readonly ColdStart[]> {
  const given = typeof log === "string" ? Buffer.from(log) : log;
  const bytes = new Uint8Array(given.length + 3);
  bytes.set(given);
  const columns = new ColdStartColumns(1);
  const problems = new ProblemList();
  const rounds = scanClientLog(bytes, given.length, 0, columns, file, problems);
  const rows: ColdStart[] = [];
  const text = Buffer.from(given)
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .split("\n");
  for (let round = 0; round < rounds; round++) {
    if (columns.valid[round] !== 1) continue;
    const startMs = columns.startMs[round]!;
    const endMs = columns.endMs[round]!;
    const sandboxId = /[^ \t]+/.exec(text[round]!)![0];
    rows.push({ round: round + 1, sandboxId, startMs, endMs, latencyMs: endMs - startMs });
  }
  return { rows, problems: problems.list };
}

/**
 * Writes a client's log as the original harness wrote it: a line per cold start.
 *
 * @example formatClientLog([{ sandboxId: "ab", startMs: 1000, endMs: 1084 }]) // "ab 1000 1084 84\n"
 */
export function formatClientLog(rows: readonly Pick<ColdStart, "sandboxId" | "startMs" | "endMs">[]): string {
  return rows.map(({ sandboxId, startMs, endMs }) => `${sandboxId} ${startMs} ${endMs} ${endMs - startMs}\n`).join("");
}
