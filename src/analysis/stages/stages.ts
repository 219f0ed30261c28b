import { endOf, type ReadySample } from "../../campaign-files/events.js";
import { markNames } from "../../model/marks.js";

/** The time between two neighbouring moments of one cold start. */
export interface Stage {
  readonly name: string;
  /** Milliseconds since the round's release, to the microsecond. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** The stage between two moments that have no name as a pair, such as events in an unusual order. */
export const unattributed = "unattributed";

/** The time of a cluster's kubelet and its container runtime from a pod's binding to the report that it runs. */
export const kubeletStage = "kubelet and runtime";

/** Stages by their first and last moment. Coarser stages are used if events are missing. */
const names: Readonly<Record<string, string>> = {
  // in a cluster
  "sent accepted": "API server",
  "accepted bound": "scheduler",
  "sent bound": "API server and scheduler",
  "bound accepted": kubeletStage,
  "accepted ready": kubeletStage,
  "bound ready": kubeletStage,
  "bound output": kubeletStage,
  "accepted output": kubeletStage,
  "ready started": "container started",
  "ready output": "first line",
  "ready responded": "response",
  "sent sandboxSnapshot": "sandbox snapshot",
  "sent sandboxRecord": "sandbox snapshot and record",
  "sandboxSnapshot sandboxRecord": "sandbox record",
  "sandboxRecord networkBegin": "before the network",
  "networkBegin networkEnd": "network",
  "sent networkBegin": "before the network",
  "networkEnd sandboxSnapshot": "sandbox snapshot",
  "networkEnd sandboxShim": "shim start",
  "sandboxRecord sandboxShim": "shim start",
  "sandboxShim sandboxTask": "sandbox create",
  "networkEnd sandboxTask": "shim and sandbox create",
  "sandboxRecord sandboxTask": "shim and sandbox create",
  "sandboxTask sandboxStart": "sandbox start",
  "sandboxStart answered": "sandbox answer",
  "sandboxTask answered": "sandbox start and answer",
  "sent answered": "sandbox",
  "answered ready": "READY seen",
  // containerd may report a start after it has answered
  "answered sandboxStart": "start reported",
  "sandboxStart ready": "READY seen",
  "ready sandboxStart": "start reported",
  "sandboxStart pulled": "image pull",
  "sandboxStart containerSnapshot": "container snapshot",
  "sandboxStart created": "container created",
  "ready pulled": "image pull",
  "ready containerSnapshot": "container snapshot",
  "pulled containerSnapshot": "container snapshot",
  "containerSnapshot containerRecord": "container record",
  "containerRecord created": "create answer",
  "ready created": "container created",
  "pulled created": "container created",
  "created containerTask": "container create",
  "containerTask containerStart": "container start",
  "containerTask output": "container start and first line",
  "created output": "container start and first line",
  "containerStart output": "first line",
  "started output": "first line",
  "containerStart started": "start answer",
  "output started": "start answer",
  "created started": "container started",
  "output containerStart": "start reported",
  "started containerStart": "start reported",
  "output responded": "response",
  "started responded": "response",
  "containerStart responded": "response",
};

interface Moment {
  readonly name: string;
  readonly us: number;
}

/**
 * Returns the stages of a cold start from its request to its end, without a gap: their durations add up to its latency, to the
 * microsecond. Moments after the end and before the request are left out.
 *
 * @example stagesOf({ status: "ready", client: 1, sandbox: "ab", sentMs: 0.5, answeredMs: 50, readyMs: 52.25 }).map(stage => stage.name) // ["sandbox", "READY seen"]
 */
export function stagesOf(sample: ReadySample): readonly Stage[] {
  const endUs = micro(endOf(sample));
  const [sent, ...later] = momentsOf(sample);
  const within = later.filter(({ us }) => us > sent!.us && us <= endUs).sort((a, b) => a.us - b.us);
  const stages: Stage[] = [];
  let from = sent!;
  for (const to of within) {
    const name = names[`${from.name} ${to.name}`] ?? unattributed;
    // there is no stage between two moments of the same microsecond
    if (to.us > from.us) stages.push({ name, fromMs: from.us / 1000, toMs: to.us / 1000 });
    from = to;
  }
  if (endUs > from.us) stages.push({ name: unattributed, fromMs: from.us / 1000, toMs: endUs / 1000 });
  return stages;
}

/** Returns the known moments of a cold start in order, its request first. */
function momentsOf(sample: ReadySample): readonly Moment[] {
  const { sentMs, answeredMs, readyMs, pulledMs, createdMs, startedMs, outputMs, respondedMs, marks = {} } = sample;
  const { scheduledMs } = sample;
  const times: readonly (readonly [string, number | undefined])[] = [
    ["sent", sentMs],
    ...markNames.slice(0, markNames.indexOf("containerSnapshot")).map(name => [name, marks[name]] as const),
    [scheduledMs === undefined ? "answered" : "accepted", answeredMs],
    ["bound", scheduledMs],
    ["ready", readyMs],
    ["pulled", pulledMs],
    ["containerSnapshot", marks.containerSnapshot],
    ["containerRecord", marks.containerRecord],
    ["created", createdMs],
    ["containerTask", marks.containerTask],
    ["containerStart", marks.containerStart],
    ["output", outputMs],
    ["started", startedMs],
    ["responded", respondedMs],
  ];
  return times.flatMap(([name, ms]) => (ms === undefined ? [] : [{ name, us: micro(ms) }]));
}

const micro = (ms: number): number => Math.round(ms * 1000);
