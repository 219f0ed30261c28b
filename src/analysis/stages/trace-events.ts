import { endOf, type RoundEvent, type Sample } from "../../campaign-files/index.js";
import { stagesOf } from "./stages.js";

/** One event of Chrome's trace-event format; times in microseconds. */
export interface TraceEvent {
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A round in the format that Perfetto and chrome://tracing read. */
export interface Trace {
  readonly displayTimeUnit: "ms";
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: Readonly<Record<string, string | number>>;
}

/**
 * Returns one round in Chrome's trace-event format: a track for each client with the cold start and, below it, its stages. Time 0
 * is the round's release.
 */
export function traceOf(round: RoundEvent): Trace {
  const { run, runtime, density, concurrency, samples, releasedMs } = round;
  const title = `${runtime}, concurrency ${concurrency}, round ${round.round}`;
  return {
    displayTimeUnit: "ms",
    traceEvents: [
      { ph: "M", pid: 1, tid: 0, name: "process_name", args: { name: title } },
      ...samples.flatMap((sample): readonly TraceEvent[] => {
        const args = { name: `client ${sample.client}` };
        return [{ ph: "M", pid: 1, tid: sample.client, name: "thread_name", args }, ...eventsOf(sample)];
      }),
    ],
    otherData: { run, runtime, density, concurrency, round: round.round, releasedMs },
  };
}

function eventsOf(sample: Sample): readonly TraceEvent[] {
  const slice = (name: string, fromMs: number, toMs: number, cat: string, args: TraceEvent["args"]): TraceEvent => {
    const ts = Math.round(fromMs * 1000);
    return { ph: "X", pid: 1, tid: sample.client, name, cat, ts, dur: Math.round(toMs * 1000) - ts, args: args ?? {} };
  };
  const { sentMs, sandbox } = sample;
  if (sample.status !== "ready") {
    const { endedMs, reason, message, status, stage } = sample;
    const args = { sandbox, message, ...(stage === undefined ? {} : { stage }) };
    return [slice(`${status}: ${reason}`, sentMs, endedMs, "cold start", args)];
  }
  const { until = "sandbox", marksMissing } = sample;
  const missing = marksMissing === undefined ? {} : { marksMissing: marksMissing.join(", ") };
  return [
    slice("cold start", sentMs, endOf(sample), "cold start", { sandbox, until, ...missing }),
    ...stagesOf(sample).map(({ name, fromMs, toMs }) => slice(name, fromMs, toMs, "stage", undefined)),
  ];
}
