import { groupBy } from "../../../model/group-by.js";
import { type ContainerdEvent, reported } from "./events.js";
import type { Span } from "./spans.js";

/**
 * Returns the stages of starts from the spans of containerd 2, as events: the network is set up, the shim is ready, the task is
 * started.
 *
 * The span of a call names its sandbox or container, and all spans of a call have one trace. The network's setup begins with an event of
 * the call's span. containerd then stores its addresses, and creates the sandbox's record.
 */
export function startEvents(spans: readonly Span[]): readonly ContainerdEvent[] {
  return [...groupBy(spans, ({ traceId }) => traceId).values()].flatMap(trace => {
    const call = trace.find(({ name }) => /\/(?:RunPodSandbox|StartContainer)$/.test(name));
    const id = call?.attributes["container.id"] ?? call?.attributes["sandbox.id"];
    if (call === undefined || id === undefined) return [];
    const named = (end: string) => trace.filter(({ name }) => name.endsWith(end));
    const began = call.events.find(({ name }) => name === "setup pod network")?.epochMs;
    const record = named("client.NewContainer")[0]?.beganEpochMs;
    const stored = named("metadata.sandbox.Update").map(({ beganEpochMs }) => beganEpochMs);
    const between = stored.filter(ms => began !== undefined && record !== undefined && ms > began && ms <= record);
    const event = (topic: string, epochMs: number | undefined) =>
      epochMs === undefined ? [] : [{ topic, id, epochMs }];
    return [
      // the namespace is stored before the plugins are called, the addresses after them
      ...(between.length < 2
        ? []
        : [...event(reported.networkBegin, began), ...event(reported.networkEnd, Math.max(...between))]),
      ...event(reported.shim, named("Task/Create")[0]?.beganEpochMs),
      ...event("/tasks/start", named("Task/Start")[0]?.endedEpochMs),
    ];
  });
}
