import { excerpt } from "../logs/problems.js";
import type { Parsed, Problem } from "../model/problem.js";
import { endOf, type RoundEvent } from "./events.js";

/** One cold start in `samples.csv`: tidy, a row each, for pandas, DuckDB and R. */
export interface SampleRow {
  readonly run: string;
  readonly experiment: "time" | "density";
  readonly runtime: string;
  /** Background sandboxes. */
  readonly density: number;
  readonly concurrency: number;
  readonly block: number;
  /** 1 for the cell's first round; warm-up rounds are counted by themselves. */
  readonly round: number;
  readonly warmup: boolean;
  readonly client: number;
  readonly outcome: "ready" | "failed" | "timeout";
  /** Epoch milliseconds of the request, to the microsecond. */
  readonly startMs: number;
  /** Milliseconds until READY was seen; of a failure, until it was known (after a timeout it would have been longer). */
  readonly latencyMs: number;
  /** Why it failed; empty if it did not. */
  readonly reason: string;
}

/** The columns of samples.csv, in order. */
export const sampleColumns = [
  "run",
  "experiment",
  "runtime",
  "density",
  "concurrency",
  "block",
  "round",
  "warmup",
  "client",
  "outcome",
  "start_ms",
  "latency_ms",
  "reason",
] as const;

/** The first line of `samples.csv`. */
export const samplesHeader = `${sampleColumns.join(",")}\n`;

/** A round's cold starts as rows. */
export function sampleRows(round: RoundEvent, experiment: "time" | "density"): readonly SampleRow[] {
  const { run, runtime, density, concurrency, block, warmup, releasedMs } = round;
  return round.samples.map(sample => {
    const ended = sample.status === "ready" ? endOf(sample) : sample.endedMs;
    return {
      ...{ run, experiment, runtime, density, concurrency, block, round: round.round, warmup },
      client: sample.client,
      outcome: sample.status,
      startMs: releasedMs + sample.sentMs,
      latencyMs: ended - sample.sentMs,
      reason: sample.status === "ready" ? "" : sample.reason,
    };
  });
}

/** Rows as CSV lines, without the header. No field ever needs quotes. */
export function formatSamples(rows: readonly SampleRow[]): string {
  return rows
    .map(row => {
      const { run, experiment, runtime, density, concurrency, block, round, client, outcome, reason } = row;
      const place = [run, experiment, runtime, density, concurrency, block, round, row.warmup ? 1 : 0, client];
      return `${[...place, outcome, row.startMs.toFixed(3), row.latencyMs.toFixed(3), reason].join(",")}\n`;
    })
    .join("");
}

/**
 * Reads samples.csv.
 *
 * @returns the rows, and a problem for each line that is none
 * @example parseSamples("run,experiment\n").problems[0].code // "RUND_PARSE_HEADER"
 */
export function parseSamples(text: string, file = "samples.csv"): Parsed<readonly SampleRow[]> {
  const rows: SampleRow[] = [];
  const problems: Problem[] = [];
  const [header = "", ...lines] = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const add = (line: number, code: string, expected: string, found: string) =>
    problems.push({ file, line, code, expected, found: excerpt(found) });
  if (`${header}\n` !== samplesHeader) add(1, "RUND_PARSE_HEADER", sampleColumns.join(","), header || "nothing");
  for (const [index, line] of lines.entries()) {
    const fields = line.split(",");
    if (fields.length !== sampleColumns.length) {
      add(index + 2, "RUND_PARSE_FIELDS", `${sampleColumns.length} fields`, String(fields.length));
      continue;
    }
    const row = readRow(fields);
    if (typeof row === "string") add(index + 2, "RUND_PARSE_VALUE", row, line);
    else rows.push(row);
  }
  return { rows, problems };
}

/** The row, or what was expected of it. */
function readRow(fields: readonly string[]): SampleRow | string {
  const [run = "", experiment, runtime = "", ...rest] = fields;
  const [density, concurrency, block, round, warmup, client] = rest.slice(0, 6).map(whole);
  const [outcome, start = "", latency = "", reason = ""] = rest.slice(6);
  if (experiment !== "time" && experiment !== "density") return "time or density as the experiment";
  if (outcome !== "ready" && outcome !== "failed" && outcome !== "timeout") return "ready, failed or timeout";
  const startMs = decimal(start);
  const latencyMs = decimal(latency);
  if (density === undefined || concurrency === undefined || block === undefined) return "whole numbers";
  if (round === undefined || client === undefined || warmup === undefined || warmup > 1) return "whole numbers";
  if (startMs === undefined || latencyMs === undefined) return "milliseconds with three decimals";
  return {
    ...{ run, experiment, runtime, density, concurrency, block, round, warmup: warmup === 1, client },
    ...{ outcome, startMs, latencyMs, reason },
  };
}

const whole = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);
const decimal = (text: string): number | undefined => (/^\d{1,15}\.\d{3}$/.test(text) ? Number(text) : undefined);
