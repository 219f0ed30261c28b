import { z } from "zod";
import { ends } from "../../model/end.js";
import { markNames } from "../../model/marks.js";
import { differenceMs, durationMs, type Frozen, ordinal } from "./fields.js";

/** The end that the campaign asked for; left out for SANDBOX_READY. */
const until = z.enum(ends).exclude(["sandbox"]).exactOptional();

/** What a cold start can reach after its sandbox. Clocks of other machines may be ahead of this one, or behind. */
const furtherTimes = {
  pulledMs: durationMs.exactOptional(),
  createdMs: durationMs.exactOptional(),
  /** Until StartContainer answered. */
  startedMs: durationMs.exactOptional(),
  outputMs: differenceMs.exactOptional(),
  processMs: differenceMs.exactOptional(),
  respondedMs: durationMs.exactOptional(),
};

/** What is known besides: what other programs report, and in a cluster its own account. */
const circumstances = {
  /** The last moment at which the address still refused to answer. */
  refusedMs: durationMs.exactOptional(),
  /** Moments that the container runtime's own events report. */
  marks: z.partialRecord(z.enum(markNames), differenceMs).exactOptional(),
  /** Moments whose events were lost or came too late, so that stages are coarser; left out where every event came. */
  marksMissing: z.array(z.enum(markNames)).exactOptional(),
  /** When the watch showed that the pod was bound to a node, and that it was ready as a whole. */
  scheduledMs: durationMs.exactOptional(),
  podReadyMs: durationMs.exactOptional(),
  /** When the first line arrived here; `outputMs` is by the node's clock. */
  outputSeenMs: durationMs.exactOptional(),
  /** The node that the pod was bound to. */
  node: z.string().min(1).exactOptional(),
  /** The cluster's own status timestamps, in whole seconds as ISO 8601. */
  clusterTimes: z.record(z.string(), z.string()).exactOptional(),
};

/** A cold start that ended in SANDBOX_READY. Milliseconds since the round's release. */
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

/** The stages of a cold start that can fail, in order. */
const failedStage = z.enum(["sandbox", "ready", "pull", "create", "start", "output", "response"]);

/** The field that holds each end's time. */
const endFields = { container: "startedMs", output: "outputMs", response: "respondedMs" } as const;
const endedSample = readySample.refine(
  ({ until, ...times }) => until === undefined || times[endFields[until]] !== undefined,
  { error: "the time of the end that until names" },
);

const failedSample = z.strictObject({
  status: z.enum(["failed", "timeout", "died"]),
  client: ordinal,
  /** Null where the request was never answered. */
  sandbox: z.string().nullable(),
  sentMs: durationMs,
  endedMs: durationMs,
  reason: z.string(),
  message: z.string(),
  /** The stage that failed; left out for an empty sandbox, as is what was reached before it. */
  stage: failedStage.exactOptional(),
  until,
  answeredMs: durationMs.exactOptional(),
  readyMs: durationMs.exactOptional(),
  ...furtherTimes,
  ...circumstances,
});

/** A cold start that ended in SANDBOX_READY. Milliseconds since the round's release. */
export type ReadySample = Frozen<z.infer<typeof readySample>>;

/**
 * A cold start that did not. A timeout is a right-censored value: it would have taken longer than `endedMs − sentMs`. `died`
 * means that the sandbox reached the campaign's end and was gone before the round's end; `endedMs` is when that was noticed.
 */
export type FailedSample = Frozen<z.infer<typeof failedSample>>;

/** A stage of a cold start that can fail. */
export type FailedStage = z.infer<typeof failedStage>;

/** One client of a round: ready, failed, timed out, or died after it was ready. */
export type Sample = ReadySample | FailedSample;

/** The fields of a ready sample that stand in an array on disk, in order; any further ones follow as an object. */
const inArray = ["client", "sandbox", "sentMs", "answeredMs", "readyMs"] as const;

/**
 * The samples of a round as they stand in the journal. A ready sample is an array, `[client, sandbox, sentMs, answeredMs,
 * readyMs]`, and what else it holds an object as its sixth element; a failed one is an object.
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

/**
 * Reads the usual sample, five values in an array. Checked by hand, since a journal is almost all such samples.
 */
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

/** Returns the array as an object; elements it should not have get names that no sample has. */
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

/** Returns where a field of a ready sample stands on disk. */
function inStored(value: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  const index = inArray.indexOf(path[0] as (typeof inArray)[number]);
  return Array.isArray(value) && index >= 0 ? [index, ...path.slice(1)] : path;
}

/** Returns a sample as it stands in the journal. */
export function storeSample(sample: Sample): unknown {
  if (sample.status !== "ready") return sample;
  const { status, client, sandbox, sentMs, answeredMs, readyMs, ...further } = sample;
  const plain = [client, sandbox, sentMs, answeredMs, readyMs];
  return Object.keys(further).length === 0 ? plain : [...plain, further];
}

/** Returns the end of a cold start that the campaign asked for, in milliseconds since the release. */
export function endOf(sample: ReadySample): number {
  return sample.until === undefined ? sample.readyMs : (sample[endFields[sample.until]] ?? sample.readyMs);
}

/**
 * Returns a sample's times as the client's log has them: whole epoch milliseconds on one time line.
 *
 * A round is released just after a millisecond begins, so its first start would nearly always be rounded down, and latencies
 * and makespans be too long by about a quarter of a millisecond. The round's time line is therefore shifted, by less than half a
 * millisecond, so that its first start is a whole millisecond. The makespan in the logs is then the measured one, rounded.
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
