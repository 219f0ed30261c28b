import { excerpt } from "../logs/problems.js";
import type { End } from "../model/end.js";
import type { Experiment } from "../model/experiment.js";
import type { MarkName } from "../model/marks.js";
import type { Parsed, Problem } from "../model/problem.js";
import type { CpuTicks, HostState } from "./host-state.js";
import type { OperationsEvent } from "./operations.js";

export type { CpuTicks, HostState } from "./host-state.js";

/**
 * `events.ndjson`, a campaign's journal: one JSON document a line, appended as things happen. A round or a memory snapshot
 * is one line, so it is there whole or not at all; every other file of the campaign but the manifest follows from it.
 */
export type CampaignEvent =
  | SessionEvent
  | SlotEvent
  | PrewarmEvent
  | BackgroundEvent
  | RoundEvent
  | MemoryEvent
  | OperationsEvent
  | ScheduleEvent
  | ArrivalsEvent
  | FitEvent
  | CleanupEvent
  | EndEvent;

/** A process began to work on the campaign: its first, or one that resumes it. */
export interface SessionEvent {
  readonly event: "session";
  /** UTC, ISO 8601, as in every event. */
  readonly at: string;
  readonly resumed: boolean;
  readonly pid: number;
  readonly bootId: string;
  /** Sandboxes of an earlier session that were still there, and were removed. */
  readonly leftovers: number;
  /** Other sandboxes that the service lists although the campaign's label was asked for. Left out by older versions. */
  readonly foreign?: number;
}

/** Where an event belongs: one point of the grid in one run folder. */
export interface CellPlace {
  readonly run: string;
  readonly runtime: string;
  /** Background sandboxes, or in the memory experiment the sandboxes to measure. */
  readonly density: number;
}

/** The campaign turned to a cell, in some block of its order. */
export interface SlotEvent extends CellPlace {
  readonly event: "slot";
  readonly at: string;
  readonly experiment: Experiment;
  /** 1 for the first. */
  readonly block: number;
  /** The place in the block's order, 1 for the first. */
  readonly position: number;
  readonly concurrency: number | null;
  readonly memoryMb: number | null;
}

/** One sandbox started and removed before a cell's first round, in no table. */
export interface PrewarmEvent extends CellPlace {
  readonly event: "prewarm";
  readonly at: string;
  readonly ms: number;
  /** Null where it went well. */
  readonly failure: string | null;
}

/** Background sandboxes were brought up, or topped up. */
export interface BackgroundEvent extends CellPlace {
  readonly event: "background";
  readonly at: string;
  readonly started: number;
  readonly failed: number;
  /** Ready afterwards, counted through the service. */
  readonly ready: number;
  readonly ms: number;
  readonly topUp: boolean;
}

/** A cold start that ended in SANDBOX_READY. Milliseconds since the round's release. */
export interface ReadySample {
  readonly status: "ready";
  /** 1 for the first. */
  readonly client: number;
  readonly sandbox: string;
  readonly sentMs: number;
  readonly answeredMs: number;
  readonly readyMs: number;
  /** The end that the campaign asked for; left out for SANDBOX_READY. */
  readonly until?: Exclude<End, "sandbox">;
  /** Milliseconds until the image was pulled, the container created, StartContainer answered. */
  readonly pulledMs?: number;
  readonly createdMs?: number;
  readonly startedMs?: number;
  readonly outputMs?: number;
  readonly processMs?: number;
  readonly respondedMs?: number;
  readonly refusedMs?: number;
  readonly marks?: Readonly<Partial<Record<MarkName, number>>>;
  /** In a cluster: when the watch showed that the pod was bound to a node, and that it was ready as a whole. */
  readonly scheduledMs?: number;
  readonly podReadyMs?: number;
  /** When the first line arrived here; `outputMs` is by the node's clock. */
  readonly outputSeenMs?: number;
  readonly node?: string;
  /** The cluster's own status timestamps, in whole seconds as ISO 8601. */
  readonly clusterTimes?: Readonly<Record<string, string>>;
}

/**
 * A cold start that did not. A timeout is a right-censored value: it would have taken longer than `endedMs − sentMs`. `died`
 * means that the sandbox reached the campaign's end and was gone before the round's end; `endedMs` is when that was noticed.
 */
export interface FailedSample {
  readonly status: "failed" | "timeout" | "died";
  readonly client: number;
  /** Null where the request was never answered. */
  readonly sandbox: string | null;
  readonly sentMs: number;
  readonly endedMs: number;
  readonly reason: string;
  readonly message: string;
  /** The stage that failed; left out for an empty sandbox, as is what was reached before it. */
  readonly stage?: FailedStage;
  /** In a cluster: the node it was bound to. */
  readonly node?: string;
  readonly until?: Exclude<End, "sandbox">;
  readonly answeredMs?: number;
  readonly readyMs?: number;
  readonly pulledMs?: number;
  readonly createdMs?: number;
  readonly startedMs?: number;
  readonly outputMs?: number;
  readonly processMs?: number;
  readonly respondedMs?: number;
}

/** The stages of a cold start that can fail, in order. */
export type FailedStage = "sandbox" | "ready" | "pull" | "create" | "start" | "output" | "response";

/** The end of a cold start that the campaign asked for, in milliseconds since the release. */
export function endOf({ until, readyMs, startedMs, outputMs, respondedMs }: ReadySample): number {
  if (until === undefined) return readyMs;
  return { container: startedMs, output: outputMs, response: respondedMs }[until] ?? readyMs;
}

/** One client of a round: ready, failed, timed out, or died after it was ready. */
export type Sample = ReadySample | FailedSample;

/** What makes a round, or the cell it belongs to, less trustworthy. Nothing is left out for a flag but partial rounds. */
export type RoundFlag =
  | "partial"
  | "clock-step"
  | "loop-delay"
  | "cpu-quantised"
  | "not-quiet"
  | "background-died"
  | "sandbox-died"
  | "topped-up"
  | "swap-in"
  | "memory-pressure"
  | "disk";

/** CPU of a round, from release to the last READY. The three numbers are CPU time in milliseconds, never to be mixed. */
export interface RoundCpu extends CpuTicks {
  /** The host's busy time, as the paper has it. */
  readonly busyMs: number;
  /** Less what the idle window before the round would have cost in the same time. */
  readonly lessIdleMs: number;
  /** Less that, and less this program and its children. */
  readonly lessHarnessMs: number;
  readonly harnessMs: number;
  /** The window before the release in which nothing was started. */
  readonly idle: CpuTicks & { readonly ms: number };
  /** The window after the last READY, before clean-up. */
  readonly settle: CpuTicks & { readonly ms: number };
}

/** One round: its place in the campaign, every cold start, the CPU by three counts, and what was unusual about it. */
export interface RoundEvent extends CellPlace {
  readonly event: "round";
  readonly at: string;
  readonly block: number;
  readonly position: number;
  readonly concurrency: number;
  /** 1 for the cell's first; warm-up rounds are counted by themselves. */
  readonly round: number;
  readonly warmup: boolean;
  /** Epoch milliseconds of the release; all times of samples count from it. */
  readonly releasedMs: number;
  readonly samples: readonly Sample[];
  /** Null in a partial round: some client failed, or a sandbox died. */
  readonly makespanMs: number | null;
  /** Last request sent minus first, here; and as the service's own log has it, where that can be read. */
  readonly startSkewMs: number;
  readonly serviceSkewMs: number | null;
  readonly cpu: RoundCpu;
  /** Longest delay of this program's event loop in the round. */
  readonly loopDelayMs: number;
  /** How far the wall clock moved against the monotonic one in the round. */
  readonly clockStepMs: number;
  /** Wait for quiet before the round, and whether it came. */
  readonly quiet: { readonly ms: number; readonly reached: boolean };
  readonly prepare: { readonly ms: number; readonly exitCode: number } | null;
  readonly cleanupMs: number;
  /** Milliseconds to stop and remove each sandbox of the round; left out in campaigns that did not record it. */
  readonly removalsMs?: readonly number[];
  /** Background sandboxes ready before and after, by the service's count. */
  readonly background: { readonly before: number; readonly after: number; readonly topUps: number } | null;
  readonly host: HostState;
  /** Pages swapped in, and microseconds in which some task waited for memory, during the round. */
  readonly swapIn: number;
  readonly memoryStallUs: number;
  /**
   * The share of the round in which some task waited for a disk: by the kernel's I/O pressure, or, where it counts none, the
   * processors' time that was idle for a disk. Left out in campaigns that did not look.
   */
  readonly diskShare?: number;
  /**
   * In a cluster: what the nodes used before and after, by their own account. Such a round has no CPU of a host: `cpu` is
   * zero, and the run folder has no cpu.txt.
   */
  readonly nodes?: { readonly before: readonly NodeUsage[]; readonly after: readonly NodeUsage[] };
  readonly flags: readonly RoundFlag[];
}

/** What a node uses, as its kubelet reports it. Memory is the working set, not PSS. */
export interface NodeUsage {
  readonly node: string;
  /** When the kubelet last looked, ISO 8601 by the node's clock; null where it does not say. */
  readonly at: string | null;
  /** CPU time since the node started. */
  readonly cpuMs: number | null;
  readonly workingSetKiB: number | null;
  /** The campaign's own pods on it, and what they use together. */
  readonly pods: number;
  readonly podsCpuMs: number;
  readonly podsWorkingSetKiB: number;
}

/** Memory of one kind of process, summed, KiB. */
export interface ComponentMemory {
  readonly component: string;
  readonly processes: number;
  readonly ussKiB: number;
  readonly pssKiB: number;
  readonly rssKiB: number;
  readonly vssKiB: number;
  readonly swapPssKiB: number;
  readonly hugetlbKiB: number;
}

/** The host's own account of its memory, KiB. */
export interface HostMemory {
  readonly memAvailableKiB: number;
  /**
   * Free pages that the processors keep in lists of their own. They are not in MemAvailable, and come back to it only within
   * tens of seconds after many sandboxes have gone. Left out in campaigns that did not look.
   */
  readonly cpuListsKiB?: number;
  readonly slabKiB: number;
  readonly pageTablesKiB: number;
  readonly kernelStackKiB: number;
  readonly percpuKiB: number;
  readonly anonHugePagesKiB: number;
  readonly hugetlbKiB: number;
}

/** One snapshot of the memory experiment; its processes are in the run folder's result file. */
export interface MemoryEvent extends CellPlace {
  readonly event: "memory";
  readonly at: string;
  readonly block: number;
  readonly position: number;
  readonly memoryMb: number;
  /** MB the guest really has; null without a guest. */
  readonly guestMemoryMb: number | null;
  /** Sandboxes whose processes are in the snapshot, ready by the service's count before and after it: the divisor. */
  readonly sandboxes: number;
  readonly attempted: number;
  readonly failed: number;
  /** Wait until the memory held still, and whether it did. */
  readonly settle: { readonly ms: number; readonly reached: boolean };
  readonly snapshotMs: number;
  readonly components: readonly ComponentMemory[];
  /** Processes found through the sandboxes, and by the runtime's patterns; and those only one of the two found. */
  readonly found: {
    readonly bySandbox: number;
    readonly byPattern: number;
    readonly onlyBySandbox: number;
    readonly onlyByPattern: number;
    /** Exited between listing and reading. */
    readonly vanished: number;
    /** Sandboxes without any process found. */
    readonly without: number;
  };
  /** The service's own process; null where it was not found. */
  readonly enginePssKiB: number | null;
  readonly hostBefore: HostMemory;
  readonly hostAfter: HostMemory;
  readonly kernel: { readonly ksmPagesSharing: number | null; readonly transparentHugePages: string | null };
  readonly cleanupMs: number;
}

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

/** Why a ramp ended. */
export const stopRules = ["asked", "failed", "latency", "headroom", "pressure", "swap"] as const;

export type StopRule = (typeof stopRules)[number];

/** Something that sandboxes use up: what is used, and where it ends. */
export interface Bound {
  /** Such as `memory of the host`, or the control group or kernel setting that sets the limit. */
  readonly name: string;
  readonly unit: "KiB" | "pids" | "files";
  readonly used: number;
  readonly limit: number;
}

/** One step of a ramp: sandboxes were added, and all of them were looked at. */
export interface FitStep {
  /** Sandboxes ready after the step. */
  readonly density: number;
  readonly added: number;
  readonly failed: number;
  /** Cold starts of the step, ten at a time: quantiles in milliseconds; null if none ended well. */
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
  /** Sum of PSS over the sandboxes' processes. */
  readonly pssKiB: number;
  readonly host: HostMemory;
  readonly bounds: readonly Bound[];
  /** Share of the last 10 s in which some task waited for memory, in percent; null where the kernel does not count it. */
  readonly memoryPressure: number | null;
  /** Pages swapped in since the ramp began. */
  readonly swapIn: number;
  /** The whole host's CPU in a window in which the sandboxes were idle, in ticks of 10 ms. */
  readonly idle: { readonly busy: number; readonly total: number; readonly ms: number };
  readonly ms: number;
}

/** A ramp: sandboxes added in steps until a rule stopped it. */
export interface FitEvent extends CellPlace {
  readonly event: "fit";
  readonly at: string;
  readonly block: number;
  readonly position: number;
  readonly round: number;
  /** Sandboxes that fit: those of the last step in which none failed. */
  readonly fits: number;
  readonly rule: StopRule;
  /** The rule in words, with its numbers. */
  readonly why: string;
  readonly hostBefore: HostMemory;
  readonly boundsBefore: readonly Bound[];
  readonly idleBefore: FitStep["idle"];
  readonly steps: readonly FitStep[];
  readonly cleanupMs: number;
}

/** A clean-up outside a round: before a session's first round, after an interruption, of background sandboxes. */
export interface CleanupEvent {
  readonly event: "cleanup";
  readonly at: string;
  readonly removed: number;
  readonly ms: number;
}

/** How a session of a campaign ended; a session that was killed has none. */
export interface EndEvent {
  readonly event: "end";
  readonly at: string;
  readonly status: "complete" | "interrupted" | "failed";
  readonly why: string | null;
}

/**
 * An event as one line. A ready sample is an array on disk: client, sandbox, sentMs, answeredMs, readyMs.
 *
 * @example formatEvent({ event: "cleanup", at: "2026-01-01T00:00:00.000Z", removed: 2, ms: 30 }) // '{"event":"cleanup","at":"2026-01-01T00:00:00.000Z","removed":2,"ms":30}\n'
 */
export function formatEvent(event: CampaignEvent): string {
  if (event.event !== "round" && event.event !== "arrivals") return `${JSON.stringify(event)}\n`;
  const samples = event.samples.map(sample => (sample.status === "ready" ? storeReady(sample) : sample));
  return `${JSON.stringify({ ...event, samples })}\n`;
}

function storeReady({ status: _, client, sandbox, sentMs, answeredMs, readyMs, ...further }: ReadySample) {
  const plain = [client, sandbox, sentMs, answeredMs, readyMs];
  return Object.keys(further).length === 0 ? plain : [...plain, further];
}

/** Events by name, and the fields a reader relies on. */
const required: Readonly<Record<CampaignEvent["event"], readonly string[]>> = {
  session: ["resumed"],
  slot: ["run", "block", "position"],
  prewarm: ["run"],
  background: ["run", "ready"],
  round: ["run", "density", "concurrency", "block", "round", "warmup", "releasedMs", "samples", "flags", "cpu"],
  memory: ["run", "density", "memoryMb", "block", "sandboxes", "components", "hostBefore", "hostAfter"],
  operations: ["run", "runtime", "density", "concurrency", "block", "round", "warmup", "items", "phases", "flags"],
  schedule: ["run", "runtime", "round", "schedule"],
  fit: ["run", "runtime", "density", "block", "round", "fits", "rule", "hostBefore", "boundsBefore", "steps"],
  arrivals: [
    "run",
    "runtime",
    "block",
    "round",
    "warmup",
    "releasedMs",
    "durationMs",
    "dueMs",
    "samples",
    "refused",
    "removals",
    "flags",
  ],
  cleanup: ["removed"],
  end: ["status"],
};

/**
 * Reads a campaign's journal.
 *
 * @returns the events in order; a problem for each line that is none. A last line without its end is what a crash
 *   leaves of the line in flight: a problem too
 * @example parseEvents('{"event":"end","at":"2026-01-01T00:00:00.000Z","status":"complete","why":null}\n').rows[0].status // "complete"
 * @example parseEvents('{"event":"en').problems[0].code // "RUND_EVENT_TORN"
 */
export function parseEvents(text: string, file = "events.ndjson"): Parsed<readonly CampaignEvent[]> {
  const rows: CampaignEvent[] = [];
  const problems: Problem[] = [];
  const lines = text.split("\n");
  const torn = lines.pop() ?? "";
  for (const [index, line] of lines.entries()) {
    const event = readEvent(line);
    if (typeof event !== "string") rows.push(event);
    else problems.push({ file, line: index + 1, code: "RUND_EVENT", expected: event, found: excerpt(line) });
  }
  if (torn !== "") {
    const expected = "a line's end";
    problems.push({ file, line: lines.length + 1, code: "RUND_EVENT_TORN", expected, found: excerpt(torn) });
  }
  return { rows, problems };
}

/** The event on a line, or what was expected of it. */
function readEvent(line: string): CampaignEvent | string {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line);
  } catch {
    return "a JSON document";
  }
  if (typeof value !== "object" || value === null) return "an event";
  const { event } = value;
  const known = typeof event === "string" && Object.hasOwn(required, event);
  const fields = known ? required[event as CampaignEvent["event"]] : undefined;
  if (fields === undefined) return "an event of a known name";
  const missing = ["at", ...fields].find(field => value[field] === undefined);
  if (missing !== undefined) return `the field ${missing}`;
  if (value.event === "round" || value.event === "arrivals") {
    const samples = Array.isArray(value.samples) ? value.samples.map(readSample) : [undefined];
    if (samples.includes(undefined)) return "samples [client, sandbox, sentMs, answeredMs, readyMs] or failures";
    return { ...value, samples } as unknown as RoundEvent | ArrivalsEvent;
  }
  if (value.event === "memory") {
    if (!Array.isArray(value.components) || value.components.includes(null)) return "components";
    if (value.hostBefore === null || value.hostAfter === null) return "hostBefore and hostAfter";
  }
  return value as unknown as CampaignEvent;
}

function readSample(value: unknown): Sample | undefined {
  if (!Array.isArray(value)) {
    const { client, status } = (value ?? {}) as Partial<FailedSample>;
    return typeof client === "number" && (status === "failed" || status === "timeout" || status === "died")
      ? (value as FailedSample)
      : undefined;
  }
  const [client, sandbox, sentMs, answeredMs, readyMs, further = {}] = value;
  const times = [client, sentMs, answeredMs, readyMs];
  return typeof sandbox === "string" && times.every(time => typeof time === "number")
    ? { status: "ready", client, sandbox, sentMs, answeredMs, readyMs, ...further }
    : undefined;
}

/**
 * A sample's times as the client's log has them: whole epoch milliseconds on one time line.
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
