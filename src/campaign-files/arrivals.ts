import { type CellPlace, endOf, type HostState, type RoundCpu, type RoundFlag, type Sample } from "./events.js";

/** How the arrivals of an open loop are spaced. */
export const arrivalKinds = ["poisson", "uniform", "trace"] as const;

export type ArrivalKind = (typeof arrivalKinds)[number];

/** Where a window belongs: a runtime and the starts per second that it is offered; null for a trace's own rate. */
interface WindowPlace extends CellPlace {
  readonly rate: number | null;
  readonly block: number;
  /** 1 for the cell's first window; warm-up windows are counted by themselves. */
  readonly round: number;
  readonly warmup: boolean;
}

/** The schedule of a window, drawn before it: for each arrival when it is due, and how long its sandbox then lives. */
export interface ScheduleEvent extends WindowPlace {
  readonly event: "schedule";
  readonly at: string;
  readonly arrivals: ArrivalKind;
  /** The text that the random numbers follow from. */
  readonly seed: string;
  readonly durationMs: number;
  /** `[dueMs, holdMs]` for each arrival, in milliseconds since the release. */
  readonly schedule: readonly (readonly [dueMs: number, holdMs: number])[];
}

/** An arrival that was not admitted, and the limit that was reached. */
export interface RefusedArrival {
  readonly client: number;
  readonly by: "inFlight" | "alive";
}

/** The removal of one sandbox after its hold. Milliseconds since the release. */
export interface ArrivalRemoval {
  readonly client: number;
  readonly dueMs: number;
  /** When a worker took it: it was overdue until then. */
  readonly begunMs: number;
  readonly doneMs: number;
  /** Whether the window's last start ended before the hold did. */
  readonly holdCut: boolean;
  readonly failure: string | null;
}

/** What makes a window less trustworthy. */
export type WindowFlag = RoundFlag | "late";

/** One window of an open loop: what became of every arrival. Client n is the n-th arrival of the schedule. */
export interface ArrivalsEvent extends WindowPlace {
  readonly event: "arrivals";
  readonly at: string;
  readonly position: number;
  readonly durationMs: number;
  /** Epoch milliseconds of the release; all other times count from it. */
  readonly releasedMs: number;
  /** When each arrival was due. */
  readonly dueMs: readonly number[];
  /** A cold start for each arrival that was admitted, in the order of the clients. */
  readonly samples: readonly Sample[];
  readonly refused: readonly RefusedArrival[];
  readonly removals: readonly ArrivalRemoval[];
  readonly cpu: RoundCpu;
  readonly loopDelayMs: number;
  readonly clockStepMs: number;
  readonly quiet: { readonly ms: number; readonly reached: boolean };
  readonly cleanupMs: number;
  readonly host: HostState;
  readonly swapIn: number;
  readonly memoryStallUs: number;
  readonly flags: readonly WindowFlag[];
}

/** A window's arrivals as lines of `arrivals.csv`: a row each, in the order in which they were due. */
export function formatArrivals(window: ArrivalsEvent): string {
  const { run, runtime, rate, block, round, warmup, releasedMs, dueMs, samples, refused, removals } = window;
  const sampleOf = new Map(samples.map(sample => [sample.client, sample]));
  const refusedBy = new Map(refused.map(({ client, by }) => [client, by]));
  const removalOf = new Map(removals.map(removal => [removal.client, removal]));
  const epoch = (ms: number | undefined) => (ms === undefined ? "" : (releasedMs + ms).toFixed(3));
  return dueMs
    .map((due, index) => {
      const client = index + 1;
      const sample = sampleOf.get(client);
      const removal = removalOf.get(client);
      const endMs = sample === undefined ? undefined : sample.status === "ready" ? endOf(sample) : sample.endedMs;
      const reason = refusedBy.get(client) ?? (sample === undefined || sample.status === "ready" ? "" : sample.reason);
      const place = [run, runtime, rate ?? "", block, round, warmup ? 1 : 0, client, sample?.status ?? "refused"];
      const times = [
        epoch(due),
        epoch(sample?.sentMs),
        epoch(endMs),
        endMs === undefined ? "" : (endMs - due).toFixed(3),
      ];
      const removed = [epoch(removal?.dueMs), epoch(removal?.begunMs), epoch(removal?.doneMs)];
      return `${[...place, ...times, ...removed, reason].join(",")}\n`;
    })
    .join("");
}

/** The first line of `arrivals.csv`. */
export const arrivalsHeader =
  "run,runtime,rate,block,round,warmup,client,outcome,due_ms,sent_ms,end_ms,latency_ms,removal_due_ms,removal_begun_ms,removal_done_ms,reason\n";
