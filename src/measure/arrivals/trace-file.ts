import { CsvError, parse } from "csv-parse/sync";
import { LabError } from "../../model/errors.js";
import type { Uniform } from "./schedule.js";

/** One line of a trace: the time of a request, and the duration of its work if the trace contains it. */
interface TracedArrival {
  readonly atMs: number;
  readonly holdMs: number | null;
}

/**
 * Reads a trace of arrivals. Its first line identifies one of three formats:
 *
 * - `milliseconds`: a time in milliseconds per line, ascending, with or without the header `arrival_ms` or `arrival_ms,hold_ms`;
 * - `azure-2019`: the Azure Functions trace of 2019, `HashOwner,HashApp,HashFunction,Trigger,1,…,1440`: counts per minute. The
 *   counts of all functions are added, and the arrivals of a minute are spread at random within it;
 * - `azure-2021`: the Azure Functions trace of 2021, `app,func,end_timestamp,duration` in seconds: a start was requested at
 *   end − duration. The first arrival is at 0.
 *
 * @param file the file's name in errors
 * @param uniform spreads the arrivals of a minute; used only by `azure-2019`
 * @returns arrivals in ascending order, in milliseconds
 * @throws LabError `RUND_TRACE` with file and line if the trace is empty, unsorted, or has text where a number belongs
 * @example readTrace("0\n12.5\n", "t.csv", Math.random).map(arrival => arrival.atMs) // [0, 12.5]
 */
export function readTrace(text: string, file: string, uniform: Uniform): readonly TracedArrival[] {
  const records = recordsOf(text, file);
  const rows = records.map(({ record }) => record);
  const where = (row: number) => `${file}:${records[row]!.info.lines}`;
  const [header] = rows;
  if (header === undefined) throw wrong(`${file}:1`, "at least one arrival", "an empty file");
  const read = header.includes("HashFunction")
    ? azure2019
    : header.includes("end_timestamp")
      ? azure2021
      : milliseconds;
  const arrivals = read(rows, where, uniform);
  if (arrivals.length === 0) throw wrong(file, "at least one arrival", "none");
  return arrivals;
}

/** Splits a CSV text into records, each with its line. @throws LabError `RUND_TRACE` for text that is not CSV */
function recordsOf(text: string, file: string) {
  const options = { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true, info: true } as const;
  try {
    return parse(text, options) as unknown as readonly {
      readonly record: string[];
      readonly info: { lines: number };
    }[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw wrong(`${file}:${error.lines}`, "comma-separated values", error.message);
  }
}

type Rows = readonly (readonly string[])[];
/** Returns file and line of a row, 0 for the first. */
type Where = (row: number) => string;

function milliseconds(rows: Rows, where: Where): readonly TracedArrival[] {
  const headers = rows[0]?.[0] === "arrival_ms" ? 1 : 0;
  let last = 0;
  return rows.slice(headers).map((row, index) => {
    const at = where(index + headers);
    const atMs = number(row[0], at, "milliseconds");
    if (atMs < last) throw wrong(at, `ascending times, so at least ${last}`, String(atMs));
    last = atMs;
    return { atMs, holdMs: row[1] === undefined ? null : number(row[1], at, "milliseconds") };
  });
}

const minuteMs = 60_000;

function azure2019([header = [], ...rows]: Rows, where: Where, uniform: Uniform): readonly TracedArrival[] {
  const firstMinute = header.indexOf("1");
  if (firstMinute < 0) throw wrong(where(0), "a column for each minute, from 1", header.slice(0, 6).join(","));
  const counts = new Array<number>(header.length - firstMinute).fill(0);
  for (const [index, row] of rows.entries()) {
    for (const minute of counts.keys()) {
      const at = where(index + 1);
      const count = number(row[firstMinute + minute], at, "a count");
      if (!Number.isInteger(count)) throw wrong(at, "a whole number of invocations", String(count));
      counts[minute]! += count;
    }
  }
  return counts.flatMap((count, minute) =>
    Array.from({ length: count }, () => (minute + uniform()) * minuteMs)
      .sort((a, b) => a - b)
      .map(atMs => ({ atMs, holdMs: null })),
  );
}

function azure2021([header = [], ...rows]: Rows, where: Where): readonly TracedArrival[] {
  const [end, duration] = [header.indexOf("end_timestamp"), header.indexOf("duration")];
  if (duration < 0) throw wrong(where(0), "the columns end_timestamp and duration", header.join(","));
  const starts = rows.map((row, index) => {
    const at = where(index + 1);
    const holdMs = number(row[duration], at, "seconds") * 1000;
    return { atMs: number(row[end], at, "seconds") * 1000 - holdMs, holdMs };
  });
  starts.sort((a, b) => a.atMs - b.atMs);
  const origin = starts[0]?.atMs ?? 0;
  return starts.map(({ atMs, holdMs }) => ({ atMs: atMs - origin, holdMs }));
}

/** Parses a number. @throws LabError `RUND_TRACE` for text, a negative number, or nothing */
function number(text: string | undefined, where: string, unit: string): number {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < 0) throw wrong(where, `${unit}, 0 or more`, text ?? "nothing");
  return value;
}

const wrong = (where: string, expected: string, found: string): LabError =>
  new LabError("RUND_TRACE", "input", "not a trace of arrivals", {
    where,
    expected,
    found,
    hint: "docs/rate-and-capacity.md describes the trace formats that rund-lab reads",
  });
