import { z } from "zod";
import { type End, ends } from "../model/end.js";
import { describePath, mismatches } from "../model/mismatch.js";
import { excerpt, type Parsed, type Problem } from "../model/problem.js";
import { toMicrosecond } from "../model/to-microsecond.js";
import { csvText } from "./csv.js";
import { endOf, type RoundEvent, type Sample } from "./events.js";

/** One cold start: a row of `samples.csv`, a tidy table for pandas, DuckDB and R. */
export interface SampleRow
  extends Pick<RoundEvent, "run" | "runtime" | "density" | "concurrency" | "block" | "round" | "warmup"> {
  readonly experiment: "time" | "density";
  readonly client: number;
  readonly outcome: Sample["status"];
  /** Epoch milliseconds of the request, to the microsecond. */
  readonly startMs: number;
  /** Milliseconds until READY was seen; for a failure, until it was noticed (for a timeout, a lower bound). */
  readonly latencyMs: number;
  /** The reason for the failure; empty if there was none. */
  readonly reason: string;
  /** The end that the campaign asked for. */
  readonly until: End;
  /** The stage that failed; empty if none did, and for a sandbox without a container. */
  readonly stage: string;
  /** Milliseconds from the request to each milestone; undefined if it was not reached or not observed. */
  readonly times: Readonly<Partial<Record<StageTime, number>>>;
}

/** The times of a sample that have a column of their own, in order. */
const stageTimes = [
  ["answeredMs", "answered_ms"],
  ["readyMs", "ready_ms"],
  ["pulledMs", "pulled_ms"],
  ["createdMs", "created_ms"],
  ["startedMs", "started_ms"],
  ["outputMs", "output_ms"],
  ["processMs", "process_ms"],
  ["respondedMs", "responded_ms"],
] as const;
type StageTime = (typeof stageTimes)[number][0];

const whole = z
  .string()
  .regex(/^\d{1,15}$/, "a whole number")
  .transform(Number);
const milliseconds = z
  .string()
  .regex(/^-?\d{1,15}\.\d{3}$/, "milliseconds with three decimals")
  .transform(Number);

/** One line of samples.csv as text, with the types of its fields. */
const storedRow = z.strictObject({
  run: z.string().min(1),
  experiment: z.enum(["time", "density"]),
  runtime: z.string().min(1),
  density: whole,
  concurrency: whole,
  block: whole,
  round: whole,
  warmup: z.enum(["0", "1"]),
  client: whole,
  outcome: z.enum(["ready", "failed", "timeout", "died"]),
  start_ms: milliseconds,
  latency_ms: milliseconds,
  reason: z.string(),
  until: z.enum(ends).default("sandbox"),
  stage: z.string().default(""),
  ...(Object.fromEntries(
    stageTimes.map(([, column]) => [column, z.union([z.literal(""), milliseconds]).optional()]),
  ) as Record<(typeof stageTimes)[number][1], z.ZodOptional<z.ZodUnion<[z.ZodLiteral<"">, typeof milliseconds]>>>),
});

/** The columns of samples.csv, in order. */
const sampleColumns: readonly string[] = Object.keys(storedRow.shape);

/** The columns up to the reason: those of imported results, and of a samples.csv that an older version wrote. */
export const basicColumns = sampleColumns.slice(0, sampleColumns.indexOf("until"));

/** The first line of `samples.csv`. */
export const samplesHeader = `${sampleColumns.join(",")}\n`;

/** Returns a round's cold starts as rows. */
export function sampleRows(round: RoundEvent, experiment: "time" | "density"): readonly SampleRow[] {
  const { run, runtime, density, concurrency, block, warmup, releasedMs } = round;
  return round.samples.map(sample => {
    const ended = sample.status === "ready" ? endOf(sample) : sample.endedMs;
    return {
      run,
      experiment,
      runtime,
      density,
      concurrency,
      block,
      round: round.round,
      warmup,
      client: sample.client,
      outcome: sample.status,
      startMs: releasedMs + sample.sentMs,
      latencyMs: ended - sample.sentMs,
      reason: sample.status === "ready" ? "" : sample.reason,
      until: sample.until ?? "sandbox",
      stage: sample.status === "ready" ? "" : (sample.stage ?? ""),
      times: timesOf(sample),
    };
  });
}

function timesOf(sample: Sample): SampleRow["times"] {
  return Object.fromEntries(
    stageTimes.flatMap(([name]) => {
      const ms = sample[name];
      return ms === undefined ? [] : [[name, toMicrosecond(ms - sample.sentMs)]];
    }),
  );
}

/** Writes rows as CSV lines, without the header. */
export function formatSamples(rows: readonly SampleRow[]): string {
  const fields = rows.map(row => {
    const { run, experiment, runtime, density, concurrency, block, round, client, outcome, reason, until, stage } = row;
    const place = [run, experiment, runtime, density, concurrency, block, round, row.warmup ? 1 : 0, client];
    const times = stageTimes.map(([name]) => row.times[name]?.toFixed(3));
    return [...place, outcome, row.startMs.toFixed(3), row.latencyMs.toFixed(3), reason, until, stage, ...times];
  });
  return csvText(fields);
}

/**
 * Reads samples.csv and checks every field.
 *
 * @returns the rows, and a problem for each damaged line, which gives no row
 * @example parseSamples("run,experiment\n").problems[0].code // "RUND_PARSE_HEADER"
 */
export function parseSamples(text: string, file = "samples.csv"): Parsed<readonly SampleRow[]> {
  const rows: SampleRow[] = [];
  const problems: Problem[] = [];
  const [header = "", ...lines] = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const add = (line: number, code: string, expected: string, found: string) =>
    problems.push({ file, line, code, expected, found: excerpt(found) });
  const columns = header === basicColumns.join(",") ? basicColumns : sampleColumns;
  if (header !== columns.join(",")) add(1, "RUND_PARSE_HEADER", sampleColumns.join(","), header || "nothing");
  for (const [index, line] of lines.entries()) {
    const fields = line.split(",");
    if (fields.length !== columns.length) {
      add(index + 2, "RUND_PARSE_FIELDS", `${columns.length} fields`, String(fields.length));
      continue;
    }
    const written = Object.fromEntries(columns.map((column, place) => [column, fields[place]]));
    const result = storedRow.safeParse(written);
    if (result.success) rows.push(rowOf(result.data));
    else {
      const { path, expected, found } = mismatches(written, result.error)[0]!;
      add(index + 2, "RUND_PARSE_VALUE", `${expected} in ${describePath(path)}`, found);
    }
  }
  return { rows, problems };
}

function rowOf(stored: z.output<typeof storedRow>): SampleRow {
  const { run, experiment, runtime, density, concurrency, block, round, client, outcome, reason, until, stage } =
    stored;
  const times = stageTimes.flatMap(([name, column]) => {
    const ms = stored[column];
    return typeof ms === "number" ? [[name, ms]] : [];
  });
  return {
    run,
    experiment,
    runtime,
    density,
    concurrency,
    block,
    round,
    warmup: stored.warmup === "1",
    client,
    outcome,
    startMs: stored.start_ms,
    latencyMs: stored.latency_ms,
    reason,
    until,
    stage,
    times: Object.fromEntries(times),
  };
}
