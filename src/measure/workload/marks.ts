import type { ReadySample, Sample } from "../../campaign-files/events.js";
import type { MarkName } from "../../model/marks.js";
import type { ContainerdEvent, EventStream } from "../cri/events.js";
import type { Clock } from "../round/clock.js";
import type { Release } from "../round/driver.js";
import { sinceRelease } from "./cold-start.js";

/** Milliseconds that late events are waited for after a round. */
const lateMs = 500;
const lookAgainMs = 10;

/** The marks behind the topics of a sandbox's events, and of its container's. */
const sandboxMarks: Readonly<Record<string, MarkName>> = {
  "/snapshot/prepare": "sandboxSnapshot",
  "/containers/create": "sandboxRecord",
  "/tasks/create": "sandboxTask",
  "/tasks/start": "sandboxStart",
};
const containerMarks: Readonly<Record<string, MarkName>> = {
  "/snapshot/prepare": "containerSnapshot",
  "/containers/create": "containerRecord",
  "/tasks/create": "containerTask",
  "/tasks/start": "containerStart",
};

/**
 * Adds to each ready sample when containerd reports to have done what. Events of other sandboxes are left out. A sample that
 * got no event of its own has no marks; no other time of it depends on them.
 *
 * @param containerIds the container's id of each client that has one
 * @param podNetwork whether containerd sets up a network for each sandbox, which two updates of its record bracket
 */
export async function addMarks(
  samples: readonly Sample[],
  stream: EventStream,
  { containerIds, podNetwork }: { readonly containerIds: ReadonlyMap<number, string>; readonly podNetwork: boolean },
  from: Release,
  clock: Clock,
): Promise<readonly Sample[]> {
  const ready = samples.flatMap(sample => (sample.status === "ready" ? [sample] : []));
  const last = ready.map(({ client, sandbox }) => containerIds.get(client) ?? sandbox);
  const deadlineNs = clock.nowNs() + BigInt(lateMs * 1e6);
  let byId = groupById(stream.events());
  const complete = () => last.every(id => byId.get(id)?.some(({ topic }) => topic === "/tasks/start") === true);
  for (let read = stream.count; !complete() && !stream.broken && clock.nowNs() < deadlineNs; ) {
    await clock.sleep(lookAgainMs);
    if (stream.count === read) continue;
    read = stream.count;
    byId = groupById(stream.events());
  }
  return samples.map(sample => {
    if (sample.status !== "ready") return sample;
    const own = marksOf(sample, containerIds.get(sample.client), byId, podNetwork, from);
    return Object.keys(own).length === 0 ? sample : { ...sample, marks: own };
  });
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

function groupById(events: readonly ContainerdEvent[]): ReadonlyMap<string, readonly ContainerdEvent[]> {
  const groups = new Map<string, ContainerdEvent[]>();
  for (const event of events) {
    const group = groups.get(event.id);
    if (group === undefined) groups.set(event.id, [event]);
    else group.push(event);
  }
  return groups;
}
