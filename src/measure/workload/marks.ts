import type { ReadySample, Sample } from "../../campaign-files/events.js";
import { groupBy } from "../../model/group-by.js";
import type { MarkName } from "../../model/marks.js";
import { type ContainerdEvent, reported } from "../cri/stages/events.js";
import type { Clock } from "../round/clock.js";
import type { Release } from "../round/driver.js";
import { sinceRelease } from "./cold-start.js";

/** Maximum milliseconds of waiting for late events after a round. */
const lateMs = 500;
const lookAgainMs = 10;

/** The marks for reports about a sandbox, and about its container. */
const sandboxMarks: Readonly<Record<string, MarkName>> = {
  "/snapshot/prepare": "sandboxSnapshot",
  "/containers/create": "sandboxRecord",
  "/tasks/create": "sandboxTask",
  "/tasks/start": "sandboxStart",
  [reported.shim]: "sandboxShim",
  [reported.networkBegin]: "networkBegin",
  [reported.networkEnd]: "networkEnd",
};
const containerMarks: Readonly<Record<string, MarkName>> = {
  "/snapshot/prepare": "containerSnapshot",
  "/containers/create": "containerRecord",
  "/tasks/create": "containerTask",
  "/tasks/start": "containerStart",
};

/** The marks for which containerd's event stream has an event in every start. */
const eventMarks = {
  sandbox: ["sandboxSnapshot", "sandboxRecord", "sandboxTask", "sandboxStart"],
  container: ["containerSnapshot", "containerRecord", "containerTask", "containerStart"],
} as const satisfies Record<string, readonly MarkName[]>;

/** One source of containerd's reports: its event stream, its log or its spans. */
export interface Reports {
  /** Returns the reports so far, in the order of arrival. */
  events(): readonly ContainerdEvent[];
  /** Whether no more reports will come. */
  readonly broken: boolean;
  close(): void;
}

/**
 * Adds to each ready sample the moments that containerd reports. Reports about other sandboxes are left out. A sample whose
 * events are lost or late lists the missing marks; its other times do not depend on them.
 *
 * @param containerIds the container's id of each client that has one
 * @param podNetwork whether containerd sets up a network for each sandbox, between two updates of its record
 */
export async function addMarks(
  samples: readonly Sample[],
  reports: readonly Reports[],
  { containerIds, podNetwork }: { readonly containerIds: ReadonlyMap<number, string>; readonly podNetwork: boolean },
  from: Release,
  clock: Clock,
): Promise<readonly Sample[]> {
  const ready = samples.filter(sample => sample.status === "ready");
  const last = ready.map(({ client, sandbox }) => containerIds.get(client) ?? sandbox);
  const deadlineNs = clock.nowNs() + BigInt(lateMs * 1e6);
  const toCome = () => reports.some(each => !each.broken && !haveStarted(each.events(), last));
  while (toCome() && clock.nowNs() < deadlineNs) await clock.sleep(lookAgainMs);
  const byId = groupBy(
    reports.flatMap(each => each.events()),
    ({ id }) => id,
  );
  return samples.map(sample => {
    if (sample.status !== "ready") return sample;
    const containerId = containerIds.get(sample.client);
    const marks = marksOf(sample, containerId, byId, podNetwork, from);
    const expected = [...eventMarks.sandbox, ...(containerId === undefined ? [] : eventMarks.container)];
    const marksMissing = expected.filter(name => marks[name] === undefined);
    return {
      ...sample,
      ...(Object.keys(marks).length === 0 ? {} : { marks }),
      ...(marksMissing.length === 0 ? {} : { marksMissing }),
    };
  });
}

/** Whether the last event of each of these sandboxes or containers has arrived. */
function haveStarted(events: readonly ContainerdEvent[], ids: readonly string[]): boolean {
  const started = new Set(events.flatMap(({ topic, id }) => (topic === "/tasks/start" ? [id] : [])));
  return ids.every(id => started.has(id));
}

function marksOf(
  { sandbox }: ReadySample,
  containerId: string | undefined,
  byId: ReadonlyMap<string, readonly ContainerdEvent[]>,
  podNetwork: boolean,
  from: Release,
): Readonly<Partial<Record<MarkName, number>>> {
  const marks: Partial<Record<MarkName, number>> = {};
  const add = (events: readonly ContainerdEvent[], names: Readonly<Record<string, MarkName>>) => {
    for (const { topic, epochMs } of events) {
      const name = names[topic];
      if (name !== undefined) marks[name] ??= sinceRelease(epochMs, from);
    }
  };
  const ofSandbox = byId.get(sandbox) ?? [];
  add(ofSandbox, sandboxMarks);
  const updates = ofSandbox.filter(({ topic }) => topic === "/containers/update");
  if (podNetwork && updates.length === 2) {
    marks.networkBegin = sinceRelease(updates[0]!.epochMs, from);
    marks.networkEnd = sinceRelease(updates[1]!.epochMs, from);
  }
  if (containerId !== undefined) add(byId.get(containerId) ?? [], containerMarks);
  return marks;
}
