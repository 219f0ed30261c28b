import { setMaxListeners } from "node:events";
import { messageOf } from "../message-of.js";
import { type Clock, elapsedMs } from "../round/clock.js";
import type { Arrival } from "./schedule.js";

/** The actions of an open loop: it starts a sandbox at each arrival, and removes it after the hold time. */
export interface OpenLoopWork<Started> {
  /** Starts one sandbox. Resolves even if the start fails, because a failure is a result. */
  start(client: number): Promise<Started>;
  /** Whether a start left something that must be removed. */
  lives(started: Started): boolean;
  remove(started: Started): Promise<void>;
}

/** Limits of an open loop. An arrival that would exceed one of them is refused, and recorded as refused. */
export interface OpenLoopLimits {
  /** Maximum number of starts that have not ended yet. */
  readonly inFlight: number;
  /** Maximum number of sandboxes that run or are being started. */
  readonly alive: number;
  /** Maximum number of simultaneous removals. They have their own workers, so that a removal never delays a start. */
  readonly removers: number;
}

/** The outcome of one arrival. Milliseconds since the release. */
export type ArrivalRecord<Started> =
  | {
      readonly status: "refused";
      readonly client: number;
      readonly scheduledMs: number;
      readonly by: "inFlight" | "alive";
    }
  | {
      readonly status: "sent";
      /** 1 for the first arrival of the schedule. */
      readonly client: number;
      readonly scheduledMs: number;
      /** When the request was really sent: later than `scheduledMs` if rund-lab was late. */
      readonly sentMs: number;
      readonly endedMs: number;
      readonly started: Started;
      readonly removal: Removal | null;
    };

/** The times of a removal. It is overdue from its due time until a worker begins it. */
export interface Removal {
  readonly dueMs: number;
  readonly begunMs: number;
  readonly doneMs: number;
  /** Whether the window ended before the hold time did; then the sandbox is removed at once. */
  readonly holdCut: boolean;
  /** Null if it succeeded. */
  readonly failure: string | null;
}

/** Timers may fire a little early, so a start may be sent up to this many milliseconds before its scheduled time. */
const earlyMs = 0.05;

/**
 * Runs an open loop: starts follow the schedule, even if earlier ones are not finished. After the last start has ended, sandboxes
 * whose hold time is not over are removed at once.
 *
 * @param releasedNs the release, from which all times are counted
 * @returns a record per arrival, in the order of the schedule
 * @throws the signal's reason if it is aborted, after every start in flight has settled; the caller then removes what is left
 */
export async function runOpenLoop<Started>(
  schedule: readonly Arrival[],
  work: OpenLoopWork<Started>,
  limits: OpenLoopLimits,
  clock: Clock,
  releasedNs: bigint,
  signal: AbortSignal,
): Promise<readonly ArrivalRecord<Started>[]> {
  const sinceRelease = () => elapsedMs(releasedNs, clock.nowNs());
  const lastEnded = new AbortController();
  setMaxListeners(0, lastEnded.signal);
  const acquireRemover = semaphore(limits.removers);
  let inFlight = 0;
  let alive = 0;

  const remove = async (started: Started, dueMs: number, holdCut: boolean): Promise<Removal> => {
    const release = await acquireRemover();
    const begunMs = sinceRelease();
    const failure = await work.remove(started).then(() => null, messageOf);
    alive -= 1;
    release();
    return { dueMs, begunMs, doneMs: sinceRelease(), holdCut, failure };
  };
  const serve = (client: number, { atMs: scheduledMs, holdMs }: Arrival) => {
    const sentMs = sinceRelease();
    inFlight += 1;
    alive += 1;
    const ended = work.start(client).then(started => {
      inFlight -= 1;
      return { started, endedMs: sinceRelease() };
    });
    const record = ended.then(async ({ started, endedMs }): Promise<ArrivalRecord<Started>> => {
      const sent = { status: "sent", client, scheduledMs, sentMs, endedMs, started } as const;
      if (!work.lives(started)) {
        alive -= 1;
        return { ...sent, removal: null };
      }
      const holdCut = await clock.sleep(holdMs, lastEnded.signal).then(
        () => false,
        () => true,
      );
      signal.throwIfAborted();
      return { ...sent, removal: await remove(started, holdCut ? sinceRelease() : endedMs + holdMs, holdCut) };
    });
    // an interruption rejects it, possibly before it is awaited
    record.catch(() => {});
    return { ended, record };
  };

  const served: { readonly ended: Promise<unknown>; readonly record: Promise<ArrivalRecord<Started>> }[] = [];
  for (const [index, arrival] of schedule.entries()) {
    for (let waitMs = arrival.atMs - sinceRelease(); waitMs > earlyMs; waitMs = arrival.atMs - sinceRelease()) {
      await clock.sleep(waitMs, signal).catch(() => {});
      if (signal.aborted) break;
    }
    if (signal.aborted) break;
    const client = index + 1;
    const by = inFlight >= limits.inFlight ? "inFlight" : alive >= limits.alive ? "alive" : null;
    if (by === null) served.push(serve(client, arrival));
    else {
      const refused = Promise.resolve({ status: "refused", client, scheduledMs: arrival.atMs, by } as const);
      served.push({ ended: refused, record: refused });
    }
  }
  await Promise.allSettled(served.map(({ ended }) => ended));
  lastEnded.abort();
  const records = served.map(({ record }) => record);
  await Promise.allSettled(records);
  signal.throwIfAborted();
  return Promise.all(records);
}

/**
 * Returns a function that waits, in the order of its calls, until fewer than `most` callers hold a permit. It resolves with the
 * function that releases the caller's permit.
 */
function semaphore(most: number): () => Promise<() => void> {
  let free = most;
  const waiting: (() => void)[] = [];
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>(resolve => waiting.push(resolve));
    return release;
  };
}
