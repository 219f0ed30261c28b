import type { CoreV1Event, V1Pod, V1PodCondition } from "@kubernetes/client-node";

/** The progress of a pod, from its status. */
export interface PodProgress {
  /** The node to which it was bound; null before. */
  readonly node: string | null;
  /** Whether its sandbox runs and has its network. */
  readonly sandbox: boolean;
  /** Whether its container was started. */
  readonly started: boolean;
  /** Whether the container's readiness probe succeeds, or it runs without one. */
  readonly ready: boolean;
  readonly address: string | null;
  /** The problem that keeps the pod from starting; null without one. */
  readonly trouble: PodTrouble | null;
  /** The cluster's own timestamps, in whole seconds as ISO 8601. */
  readonly stamps: ClusterStamps;
}

/** The problem that keeps a pod from starting. */
interface PodTrouble {
  readonly reason: "unschedulable" | "image" | "evicted" | "exited" | "failed";
  readonly message: string;
  /** Whether the pod can no longer start. */
  readonly isFinal: boolean;
}

/** Status timestamps of a pod. The API server keeps whole seconds. */
interface ClusterStamps {
  readonly created?: string;
  readonly scheduled?: string;
  readonly sandbox?: string;
  readonly started?: string;
  readonly ready?: string;
}

/** Reasons of a waiting container that the kubelet reports if an image cannot be used. */
const imageTroubles = /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError)$/;

/**
 * Reads a pod's status. A cluster older than 1.29 does not report `PodReadyToStartContainers`; there a sandbox counts as ready
 * when its container is seen to run.
 *
 * @example podProgress({ spec: { nodeName: "n1" }, status: { phase: "Pending" } }).node // "n1"
 * @example podProgress({ status: { conditions: [{ type: "PodReadyToStartContainers", status: "True" }] } }).sandbox // true
 * @example podProgress({ status: { reason: "Evicted", message: "low on memory" } }).trouble?.message // "low on memory"
 */
export function podProgress({ metadata, spec, status }: Pick<V1Pod, "metadata" | "spec" | "status">): PodProgress {
  const condition = (type: string) => status?.conditions?.find(each => each.type === type);
  const isTrue = (type: string) => condition(type)?.status === "True";
  const [container] = status?.containerStatuses ?? [];
  const { running, terminated } = container?.state ?? {};
  const started = running !== undefined || terminated !== undefined;
  return {
    node: spec?.nodeName ?? null,
    sandbox: isTrue("PodReadyToStartContainers") || started,
    started,
    ready: isTrue("Ready"),
    address: status?.podIP ?? null,
    trouble: troubleOf(status, condition),
    stamps: {
      ...stamp("created", metadata?.creationTimestamp),
      ...stamp("scheduled", trueSince(condition("PodScheduled"))),
      ...stamp("sandbox", trueSince(condition("PodReadyToStartContainers"))),
      ...stamp("started", running?.startedAt ?? terminated?.startedAt),
      ...stamp("ready", trueSince(condition("Ready"))),
    },
  };
}

const trueSince = (condition: V1PodCondition | undefined) =>
  condition?.status === "True" ? condition.lastTransitionTime : undefined;

// the documents are read as plain JSON, in which a time is a text
const stamp = (name: string, time: unknown) => (typeof time === "string" ? { [name]: time } : {});

/**
 * Returns the problem that keeps a pod from starting. The status names an eviction by the node's kubelet as its reason, and any
 * other eviction as a condition.
 */
function troubleOf(
  status: V1Pod["status"],
  condition: (type: string) => V1PodCondition | undefined,
): PodTrouble | null {
  const [disruption, scheduled] = [condition("DisruptionTarget"), condition("PodScheduled")];
  const { waiting, terminated } = status?.containerStatuses?.[0]?.state ?? {};
  const final = (reason: PodTrouble["reason"], ...words: readonly (string | undefined)[]) => ({
    reason,
    message: words.filter(Boolean).join(": ") || reason,
    isFinal: true,
  });
  if (status?.reason === "Evicted") return final("evicted", status.message);
  if (disruption?.status === "True") return final("evicted", disruption.reason, disruption.message);
  if (terminated !== undefined) {
    const why = terminated.reason === undefined ? "" : ` (${terminated.reason})`;
    return final("exited", `the process exited with code ${terminated.exitCode}${why}`);
  }
  if (status?.phase === "Failed") return final("failed", status.reason ?? "the pod failed", status.message);
  if (imageTroubles.test(waiting?.reason ?? "")) return final("image", waiting?.reason, waiting?.message);
  if (scheduled?.status !== "False" || scheduled.reason !== "Unschedulable") return null;
  return { reason: "unschedulable", message: scheduled.message ?? "no node fits", isFinal: false };
}

/** Reasons of warnings about a cluster's configuration, which do not keep a pod from starting. */
const harmless: ReadonlySet<string> = new Set(["MissingClusterDNS"]);

/**
 * Returns the last warning about a pod, for the message of a timeout: if the kubelet cannot create a sandbox, it reports this
 * only as an event.
 *
 * @example lastWarning([{ type: "Warning", reason: "FailedCreatePodSandBox", message: "no runtime" }]) // "FailedCreatePodSandBox: no runtime"
 * @example lastWarning([{ type: "Warning", reason: "MissingClusterDNS", message: "kubelet has no ClusterDNS" }]) // null
 */
export function lastWarning(events: readonly Pick<CoreV1Event, "type" | "reason" | "message">[]): string | null {
  const warning = events.findLast(({ type, reason }) => type === "Warning" && !harmless.has(reason ?? ""));
  return warning === undefined ? null : [warning.reason, warning.message].filter(Boolean).join(": ");
}
