import { z } from "zod";
import { ends } from "../../model/end.js";
import { markNames } from "../../model/marks.js";
import { differenceMs, durationMs, type Frozen, ordinal } from "./fields.js";

/** The end that the campaign asked for; absent for SANDBOX_READY. */
const until = z.enum(ends).exclude(["sandbox"]).exactOptional();

/** Milestones of a cold start after its sandbox. A time that another machine's clock measured can be negative. */
const furtherTimes = {
  pulledMs: durationMs.exactOptional(),
  createdMs: durationMs.exactOptional(),
  /** When StartContainer answered. */
  startedMs: durationMs.exactOptional(),
  outputMs: differenceMs.exactOptional(),
  processMs: differenceMs.exactOptional(),
  respondedMs: durationMs.exactOptional(),
};

/** Additional data: reports of other programs and, on a cluster, the cluster's own timestamps. */
const circumstances = {
  /** The last moment at which the address still refused connections. */
  refusedMs: durationMs.exactOptional(),
  /** Moments that the container runtime's own events report. */
  marks: z.partialRecord(z.enum(markNames), differenceMs).exactOptional(),
  /** Moments whose events were lost or came too late, so that stages are coarser; absent if no event is missing. */
  marksMissing: z.array(z.enum(markNames)).exactOptional(),
  /** When the watch showed that the pod was bound to a node, and that the pod was ready. */
  scheduledMs: durationMs.exactOptional(),
  podReadyMs: durationMs.exactOptional(),
  /** When the first line arrived at rund-lab; `outputMs` is by the node's clock. */
  outputSeenMs: durationMs.exactOptional(),
  /** The node to which the pod was bound. */
  node: z.string().min(1).exactOptional(),
  /** The cluster's own status timestamps, in whole seconds as ISO 8601. */
  clusterTimes: z.record(z.string(), z.string()).exactOptional(),
};

const readySample = z.strictObject({
  status: z.literal("ready"),
  client: ordinal,
  sandbox: z.string().min(1),
  sentMs: durationMs,
  answeredMs: durationMs,
  readyMs: durationMs,
  until,
  ...furtherTimes,
  ...circumstances,
});

/** The stages in which a cold start can fail, in order. */
const failedStage = z.enum(["sandbox", "ready", "pull", "create", "start", "output", "response"]);

/** The field that holds each end's time. */
const endFields = { container: "startedMs", output: "outputMs", response: "respondedMs" } as const;
const endedSample = readySample.refine(
  ({ until, ...times }) => until === undefined || times[endFields[until]] !== undefined,
  { error: "the time of the cold start's end" },
);

const failedSample = z.strictObject({
  status: z.enum(["failed", "timeout", "died"]),
  client: ordinal,
  /** Null if the request was never answered. */
  sandbox: z.string().nullable(),
  sentMs: durationMs,
  endedMs: durationMs,
  reason: z.string(),
  message: z.string(),
  /** The stage that failed; absent for a sandbox without a container, as are the milestones below. */
  stage: failedStage.exactOptional(),
  until,
  answeredMs: durationMs.exactOptional(),
  readyMs: durationMs.exactOptional(),
  ...furtherTimes,
  ...circumstances,
});

/** A cold start that reached the end that the campaign asked for. Milliseconds since the round's release. */
export type ReadySample = Frozen<z.infer<typeof readySample>>;

/**
 * A cold start that failed. A timeout is a right-censored value: the start would have taken longer than `endedMs − sentMs`.
 * `died` means that the sandbox reached the campaign's end but no longer existed at the end of the round; `endedMs` is when this
 * was noticed.
 */
export type FailedSample = Frozen<z.infer<typeof failedSample>>;

/** A stage in which a cold start can fail. */
export type FailedStage = z.infer<typeof failedStage>;

/** One client of a round: ready, failed, timed out, or died after it was ready. */
export type Sample = ReadySample | FailedSample;

/** The fields of a ready sample that are stored as an array, in order; further fields follow as an object. */
const inArray = ["client", "sandbox", "sentMs", "answeredMs", "readyMs"] as const;

/**
 * The samples of a round as they are stored in the journal. A ready sample is an array, `[client, sandbox, sentMs, answeredMs,
 * readyMs]`, with an object for further fields as its sixth element; a failed sample is an object.
 */
export const storedSamples = z.unknown().transform((stored, context): readonly Sample[] => {
  if (!Array.isArray(stored)) {
    context.issues.push({ code: "invalid_type", expected: "array", input: stored });
    return z.NEVER;
  }
  return stored.map((value, index) => {
    const plain = readPlain(value);
    if (plain !== undefined) return plain;
    const result = Array.isArray(value) ? endedSample.safeParse(fromArray(value)) : failedSample.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      context.issues.push({ ...issue, path: [index, ...inStored(value, issue.path)], input: value } as never);
    }
    return z.NEVER;
  });
});

/** Reads the usual sample, an array of five values. Hand-written, because a journal consists mostly of such samples. */
function readPlain(value: unknown): ReadySample | undefined {
  if (!Array.isArray(value) || value.length !== inArray.length) return undefined;
  const [client, sandbox, sentMs, answeredMs, readyMs] = value;
  return Number.isSafeInteger(client) &&
    client >= 1 &&
    client <= ordinal.maxValue! &&
    typeof sandbox === "string" &&
    sandbox !== "" &&
    isDuration(sentMs) &&
    isDuration(answeredMs) &&
    isDuration(readyMs)
    ? { status: "ready", client, sandbox, sentMs, answeredMs, readyMs }
    : undefined;
}

const longestMs = durationMs.maxValue!;
const isDuration = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= longestMs;

/** Returns the array as an object; surplus elements get names that no sample has. */
function fromArray(value: readonly unknown[]): object {
  const fields: Record<string, unknown> = { status: "ready" };
  for (const [index, element] of value.entries()) {
    const name = inArray[index];
    if (name !== undefined) fields[name] = element;
    else if (index === inArray.length && typeof element === "object" && element !== null && !Array.isArray(element)) {
      for (const [key, further] of Object.entries(element)) fields[key in fields ? `5.${key}` : key] = further;
    } else fields[index] = element;
  }
  return fields;
}

/** Returns the position of a ready sample's field in the stored array. */
function inStored(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const index = inArray.indexOf(path[0] as (typeof inArray)[number]);
  return Array.isArray(value) && index >= 0 ? [index, ...path.slice(1)] : path;
}

/** Returns a sample in the form in which the journal stores it. */
export function storeSample(sample: Sample): unknown {
  if (sample.status !== "ready") return sample;
  const { status, client, sandbox, sentMs, answeredMs, readyMs, ...further } = sample;
  const plain = [client, sandbox, sentMs, answeredMs, readyMs];
  return Object.keys(further).length === 0 ? plain : [...plain, further];
}

/** Returns the time of the end that the campaign asked for, in milliseconds since the release. */
export function endOf(sample: ReadySample): number {
  return sample.until === undefined ? sample.readyMs : (sample[endFields[sample.until]] ?? sample.readyMs);
}

/**
 * Returns a sample's times for the client's log: whole epoch milliseconds on one time line.
 *
 * A round is released just after the beginning of a millisecond. Its first start would therefore nearly always be rounded down,
 * and latencies and makespans would be about a quarter of a millisecond too long. So the round's time line is shifted by less
 * than half a millisecond, so that its first start is a whole millisecond. The makespan in the logs is then the measured one,
 * rounded.
 *
 * @param firstSentMs when the round's first request was sent
 * @example coldStartOf(1000.4, { status: "ready", client: 1, sandbox: "ab", sentMs: 0.2, answeredMs: 80, readyMs: 84.3 }) // { sandboxId: "ab", startMs: 1001, endMs: 1085 }
 */
export function coldStartOf(releasedMs: number, sample: ReadySample, firstSentMs = sample.sentMs) {
  const firstMs = Math.round(releasedMs + firstSentMs);
  return {
    sandboxId: sample.sandbox,
    startMs: firstMs + Math.round(sample.sentMs - firstSentMs),
    endMs: firstMs + Math.round(endOf(sample) - firstSentMs),
  };
}
