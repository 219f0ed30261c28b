import type { z } from "zod";
import { describePath, describeValue, mismatches, type SchemaMismatch } from "../model/mismatch.js";
import type { Problem } from "../model/problem.js";
import { arrivalsEvent, scheduleEvent, searchEvent } from "./events/arrivals.js";
import type { Frozen } from "./events/fields.js";
import { fitEvent } from "./events/fit.js";
import { ioEvent } from "./events/io.js";
import { memoryEvent } from "./events/memory.js";
import { operationsEvent } from "./events/operations.js";
import { quickReader, unsure } from "./events/quick-read.js";
import { roundEvent } from "./events/round.js";
import { storeSample } from "./events/sample.js";
import { cleanupEvent, endEvent, sessionEvent } from "./events/session.js";
import { backgroundEvent, prewarmEvent, slotEvent } from "./events/visit.js";

export {
  type ArrivalKind,
  type ArrivalRemoval,
  type ArrivalsEvent,
  arrivalKinds,
  type RefusedArrival,
  type ScheduleEvent,
  type SearchEvent,
} from "./events/arrivals.js";
export { type Bound, type FitEvent, type FitStep, type StopRule, stopRules } from "./events/fit.js";
export type { CpuTicks, HostState } from "./events/host-state.js";
export { type IoEvent, type IoJob, type IoPattern, ioPatterns } from "./events/io.js";
export type { ComponentMemory, HostMemory, MemoryEvent } from "./events/memory.js";
export { type OperationPhase, type OperationsEvent, type PhaseName, phaseNames } from "./events/operations.js";
export type { NodeUsage, RoundCpu, RoundEvent, RoundFlag } from "./events/round.js";
export {
  coldStartOf,
  endOf,
  type FailedSample,
  type FailedStage,
  type ReadySample,
  type Sample,
} from "./events/sample.js";
export type { CleanupEvent, EndEvent, SessionEvent } from "./events/session.js";
export type { BackgroundEvent, PrewarmEvent, SlotEvent } from "./events/visit.js";

/** The schema of each event, by its name. A new event needs a schema in `events/` and an entry here. */
export const eventSchemas = {
  session: sessionEvent,
  slot: slotEvent,
  prewarm: prewarmEvent,
  background: backgroundEvent,
  round: roundEvent,
  memory: memoryEvent,
  operations: operationsEvent,
  io: ioEvent,
  schedule: scheduleEvent,
  arrivals: arrivalsEvent,
  search: searchEvent,
  fit: fitEvent,
  cleanup: cleanupEvent,
  end: endEvent,
} as const satisfies Record<string, z.ZodObject>;

/**
 * The events of `events.ndjson`, a campaign's journal: one JSON document per line, appended as things happen. A round or a
 * memory snapshot is one line, so it is either complete or missing. Every other file of the campaign except the manifest can be
 * computed from the journal.
 */
export type CampaignEvent = Frozen<z.infer<(typeof eventSchemas)[keyof typeof eventSchemas]>>;

const quickReaders = Object.fromEntries(
  Object.entries(eventSchemas).map(([name, schema]) => [name, quickReader(schema)]),
);

/** A line of the journal with a missing or invalid part. */
export type DamagedEvent =
  | DamagedOf<CampaignEvent>
  /** A line whose kind of event is unknown. */
  | { readonly event: null; readonly line: number; readonly valid: object };

type DamagedOf<Event extends CampaignEvent> = Event extends CampaignEvent
  ? {
      readonly event: Event["event"];
      /** 1 for the first line. */
      readonly line: number;
      /** The valid parts; a missing part is unknown. */
      readonly valid: Partial<Event>;
    }
  : never;

/** A campaign's journal, as far as it could be read. */
export interface Journal {
  /** The complete events, in order. */
  readonly rows: readonly CampaignEvent[];
  /** The damaged lines, in order, with their valid parts. */
  readonly damaged: readonly DamagedEvent[];
  /** A problem for each missing, invalid or unknown part, and for a line that a crash truncated. */
  readonly problems: readonly Problem[];
}

/**
 * Writes an event as one line. A ready sample is written as an array: client, sandbox, sentMs, answeredMs, readyMs.
 *
 * @example formatEvent({ event: "cleanup", at: "2026-01-01T00:00:00.000Z", removed: 2, ms: 30 }) // '{"event":"cleanup","at":"2026-01-01T00:00:00.000Z","removed":2,"ms":30}\n'
 */
export function formatEvent(event: CampaignEvent): string {
  const sampled = event.event === "round" || event.event === "arrivals";
  return `${JSON.stringify(sampled ? { ...event, samples: event.samples.map(storeSample) } : event)}\n`;
}

/**
 * Reads a campaign's journal and checks every field against the schema of its event. An event with a missing or invalid field is
 * not returned as an event, so that nothing is computed from it.
 *
 * @returns the complete events, the damaged ones with their valid parts, and a problem with its line for each invalid part. If a
 * crash truncated the last line, this is a problem, but not a damaged event
 * @example parseEvents('{"event":"end","at":"2026-01-01T00:00:00.000Z","status":"complete","why":null}\n').rows[0].status // "complete"
 * @example parseEvents('{"event":"end","at":"2026-01-01T00:00:00.000Z","status":7,"why":null}\n').damaged[0].valid // { event: "end", at: "2026-01-01T00:00:00.000Z", why: null }
 * @example parseEvents('{"event":"en').problems[0].code // "RUND_EVENT_TORN"
 */
export function parseEvents(text: string, file = "events.ndjson"): Journal {
  const rows: CampaignEvent[] = [];
  const damaged: DamagedEvent[] = [];
  const problems: Problem[] = [];
  const lines = text.split("\n");
  const torn = lines.pop() ?? "";
  for (const [index, line] of lines.entries()) {
    const { event, faults } = readEvent(line);
    for (const { path, expected, found } of faults) {
      const where = path.length === 0 ? "" : ` in ${describePath(path)}`;
      problems.push({ file, line: index + 1, code: "RUND_EVENT", expected: `${expected}${where}`, found });
    }
    if ("whole" in event) rows.push(event.whole);
    else damaged.push({ ...event, line: index + 1 } as DamagedEvent);
  }
  if (torn !== "") {
    const found = describeValue(torn);
    problems.push({
      file,
      line: lines.length + 1,
      code: "RUND_EVENT_TORN",
      expected: "a line feed after the last event",
      found,
    });
  }
  return { rows, damaged, problems };
}

interface Reading {
  readonly event: { readonly whole: CampaignEvent } | Pick<DamagedEvent, "event" | "valid">;
  readonly faults: readonly SchemaMismatch[];
}

function readEvent(line: string): Reading {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return unreadable("a JSON document", describeValue(line));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return unreadable("an event", describeValue(value));
  }
  const name = (value as { readonly event?: unknown }).event;
  if (typeof name !== "string" || !Object.hasOwn(eventSchemas, name)) {
    return unreadable("the name of a known event", describeValue(name));
  }
  const whole = quickReaders[name]!(value);
  if (whole !== unsure) return { event: { whole: whole as CampaignEvent }, faults: [] };
  const schema: z.ZodObject = eventSchemas[name as CampaignEvent["event"]];
  const result = schema.safeParse(value);
  if (result.success) return { event: { whole: result.data as CampaignEvent }, faults: [] };
  const faults = mismatches(value, result.error);
  // a field that is unknown for this event is a problem, and the other fields remain valid
  const known = Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(schema.shape, key)));
  const again = schema.safeParse(known);
  if (again.success) return { event: { whole: again.data as CampaignEvent }, faults };
  return { event: { event: name, valid: validParts(schema, known, again.error) } as DamagedEvent, faults };
}

const unreadable = (expected: string, found: string): Reading => ({
  event: { event: null, valid: {} },
  faults: [{ path: [], expected, found }],
});

/** Returns the parts of an event that fit their schema and contradict no other part. */
function validParts(schema: z.ZodObject, value: object, error: z.core.$ZodError): object {
  const contradicting = new Set(
    error.issues.flatMap(issue => (issue.code === "custom" ? ((issue.params?.parts as string[]) ?? []) : [])),
  );
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => {
      const result = (schema.shape[key] as z.ZodType).safeParse(part);
      return result.success && !contradicting.has(key) ? [[key, result.data]] : [];
    }),
  );
}
