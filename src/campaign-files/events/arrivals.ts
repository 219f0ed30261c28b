import { z } from "zod";
import { cellPlace, count, differenceMs, durationMs, epochMs, type Frozen, instant, ordinal } from "./fields.js";
import { hostState, quietWait } from "./host-state.js";
import { nodesUsed, roundCpu, roundFlag } from "./round.js";
import { storedSamples } from "./sample.js";

/** The distribution of the gaps between the starts of an open loop. */
export const arrivalKinds = ["poisson", "uniform", "trace"] as const;

/** The kind of an open loop: the distribution of its gaps. */
export type ArrivalKind = (typeof arrivalKinds)[number];

const perSecond = z.number().positive().max(1e6);

/** The place of a window in its campaign. */
const windowPlace = {
  ...cellPlace,
  /** Offered starts per second; null for a trace at its own rate. */
  rate: perSecond.nullable(),
  block: ordinal,
  /** 1 for the cell's first window; warm-up windows are numbered separately. */
  round: ordinal,
  warmup: z.boolean(),
  /** The search to which the window belongs, 1 for the run's first; absent if the rate was given. */
  search: ordinal.exactOptional(),
};

export const scheduleEvent = z.strictObject({
  event: z.literal("schedule"),
  at: instant,
  ...windowPlace,
  arrivals: z.enum(arrivalKinds),
  /** The text from which the random numbers are generated. */
  seed: z.string(),
  durationMs,
  /** `[dueMs, holdMs]` of each arrival, in milliseconds since the release. */
  schedule: z.array(z.tuple([durationMs, durationMs])),
  /** An arrival above one of these limits is refused; absent in journals of earlier versions. */
  limits: z.strictObject({ inFlight: ordinal, alive: ordinal }).exactOptional(),
  /** Starts per second that rund-lab could send, as measured before the window; absent if the clock stands still, as in tests. */
  sendable: perSecond.exactOptional(),
});

/**
 * The result of a search for the highest rate that is held, that is, that meets the latency objective. The journal contains all
 * of the search's windows.
 */
export const searchEvent = z.strictObject({
  event: z.literal("search"),
  at: instant,
  ...cellPlace,
  block: ordinal,
  /** 1 for the run's first search. */
  round: ordinal,
  slo: z.string(),
  /** Percent. */
  resolution: z.number().positive().max(100),
  /** The rates that were offered, ascending. */
  rates: z.array(
    z.strictObject({
      rate: perSecond,
      windows: ordinal,
      held: z.union([z.boolean(), z.literal("undecided")]),
    }),
  ),
});

const refusedArrival = z.strictObject({ client: ordinal, by: z.enum(["inFlight", "alive"]) });

const arrivalRemoval = z.strictObject({
  client: ordinal,
  dueMs: durationMs,
  /** When a worker began the removal. */
  begunMs: durationMs,
  doneMs: durationMs,
  /** Whether the hold time was cut short because the window's last start had ended. */
  holdCut: z.boolean(),
  failure: z.string().nullable(),
});

export const arrivalsEvent = z
  .strictObject({
    event: z.literal("arrivals"),
    at: instant,
    ...windowPlace,
    position: ordinal,
    durationMs,
    /** Epoch milliseconds of the release; all other times are counted from it. */
    releasedMs: epochMs,
    /** The scheduled time of each arrival. */
    dueMs: z.array(durationMs),
    /** A cold start for each admitted arrival, in the order of the clients. */
    samples: storedSamples,
    refused: z.array(refusedArrival),
    removals: z.array(arrivalRemoval),
    cpu: roundCpu,
    loopDelayMs: durationMs,
    clockStepMs: differenceMs,
    quiet: quietWait,
    cleanupMs: durationMs,
    host: hostState,
    swapIn: count,
    memoryStallUs: z.int().min(0).max(1e14),
    diskShare: z.number().min(0).max(1).exactOptional(),
    /** On a cluster: the resources that each node used before the release and after the last removal. `cpu` is then zero. */
    nodes: nodesUsed.exactOptional(),
    /** `late`: the 99th percentile of the delay between scheduled time and request is above 5 ms. */
    flags: z.array(z.enum([...roundFlag.options, "late"])),
  })
  .refine(({ dueMs, samples, refused }) => eachArrivalOnce(dueMs.length, samples, refused), {
    error: "each arrival once, as a sample or as refused",
    params: { parts: ["dueMs", "samples", "refused"] },
  });

function eachArrivalOnce(
  arrivals: number,
  samples: readonly { readonly client: number }[],
  refused: readonly { readonly client: number }[],
): boolean {
  const clients = new Set([...samples, ...refused].map(({ client }) => client));
  return (
    clients.size === arrivals && samples.length + refused.length === arrivals && [...clients].every(n => n <= arrivals)
  );
}

/** The schedule of a window, drawn before it: the scheduled time of each arrival, and the hold time of its sandbox. */
export type ScheduleEvent = Frozen<z.infer<typeof scheduleEvent>>;

/** A finished search for the highest rate that is held. */
export type SearchEvent = Frozen<z.infer<typeof searchEvent>>;

/** One window of an open loop, with the outcome of each arrival. Client n is the n-th arrival of the schedule. */
export type ArrivalsEvent = Frozen<z.infer<typeof arrivalsEvent>>;

/** An arrival that was refused, and the limit that was reached. */
export type RefusedArrival = ArrivalsEvent["refused"][number];

/** The removal of one sandbox after its hold time. Milliseconds since the release. */
export type ArrivalRemoval = ArrivalsEvent["removals"][number];
