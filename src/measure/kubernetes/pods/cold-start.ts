import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import type { FailedSample, FailedStage, ReadySample, Sample } from "../../../campaign-files/events.js";
import { toMicrosecond } from "../../../model/to-microsecond.js";
import { messageOf } from "../../message-of.js";
import { type Clock, elapsedMs } from "../../round/clock.js";
import type { Release, Workload } from "../../round/driver.js";
import { waitForResponse } from "../../workload/response.js";
import type { Api } from "../api/api.js";
import { failedFor } from "../api/errors.js";
import { firstLogLine } from "./first-log-line.js";
import { lastWarning, type PodProgress, podProgress } from "./pod-progress.js";
import type { PodChange, PodWatch } from "./pod-watch.js";

/** The tools of a cold start. */
interface ColdStartTools {
  readonly api: Api;
  readonly watch: PodWatch;
  readonly clock: Clock;
  readonly namespace: string;
}

/** The times of the stages that a cold start has reached. */
type Reached = {
  -readonly [Name in Exclude<keyof ReadySample, "status" | "client" | "sandbox" | "until">]?: ReadySample[Name];
};

/** The failure of a cold start that cannot continue. */
class Failure extends Error {
  constructor(
    readonly status: FailedSample["status"],
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Returns the failure of a cold start during a gap of the watch. Changes in the gap arrive late, so its times are unknown. */
const watchGap = () =>
  new Failure("failed", "watch-gap", "the watch was interrupted during this cold start, so its times are unknown");

/**
 * Makes one cold start on a cluster, from the request to create the pod until the watch shows the workload's end. Its times are
 * rund-lab's own, by the monotonic clock; the cluster's timestamps, in whole seconds, are kept as well. A failure is also
 * returned as a sample.
 *
 * @throws the signal's reason if it is aborted
 */
export async function coldStart(
  { api, watch, clock, namespace }: ColdStartTools,
  pod: V1Pod,
  client: number,
  workload: Workload,
  from: Release,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Sample> {
  const name = pod.metadata!.name!;
  const at = (ns = clock.nowNs()) => elapsedMs(from.atNs, ns);
  const { until } = workload;
  const reached: Reached = {};
  let stage: FailedStage = "sandbox";
  let made = false;
  const own = new AbortController();
  const ended = AbortSignal.any([signal, own.signal]);
  const sentNs = clock.nowNs();
  const sentMs = at(sentNs);

  let notify: (change: PodChange) => void = () => {};
  const backlog: PodChange[] = [];
  const unbroken = watch.unbroken();
  const stopFollowing = watch.follow(name, change => {
    backlog.push(change);
    notify(change);
  });
  let last: PodProgress | null = null;
  /**
   * Waits until a change shows that the pod has reached a state.
   *
   * @throws Failure
   */
  const untilPod = (what: string, isReached: (progress: PodProgress) => boolean): Promise<PodProgress> =>
    new Promise((settle, fail) => {
      const readBacklog = () => {
        for (let change = backlog.shift(); change !== undefined; change = backlog.shift()) {
          if (change.pod === null) return fail(new Failure("failed", "deleted", `the pod was deleted before ${what}`));
          if (!unbroken()) return fail(watchGap());
          last = podProgress(change.pod);
          note(reached, last, at(change.atNs));
          if (isReached(last)) return settle(last);
          const { trouble } = last;
          if (trouble?.isFinal) return fail(new Failure("failed", trouble.reason, trouble.message));
        }
        return undefined;
      };
      notify = readBacklog;
      readBacklog();
    });
  const timer = setTimeout(() => own.abort(new Failure("timeout", "timeout", "")), timeoutMs);
  const aborted = new Promise<never>((_, fail) => {
    ended.addEventListener("abort", () => fail(ended.reason), { once: true });
  });
  aborted.catch(() => {});

  const follow = async () => {
    await api.call({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/pods`,
      body: pod,
      timeoutMs,
      signal: ended,
    });
    made = true;
    reached.answeredMs = at();
    stage = "ready";
    const up = await untilPod("its sandbox was ready", ({ sandbox }) => sandbox);
    if (until === "sandbox") return;
    stage = "start";
    const { address } = up.started ? up : await untilPod("its container started", ({ started }) => started);
    if (until === "container") return;
    stage = "output";
    if (until === "output") {
      const line = await firstLogLine(api, namespace, name, ended);
      if (line === null) throw new Failure("failed", "no-output", "the container ended without output");
      reached.outputMs = sinceRelease(line.stampEpochMs, from);
      reached.outputSeenMs = at(line.arrivedNs);
      if (line.ownEpochMs !== null) reached.processMs = sinceRelease(line.ownEpochMs, from);
      return;
    }
    stage = "response";
    const { port, path } = workload.container!;
    const host = address ?? (await untilPod("it had an address", each => each.address !== null)).address!;
    const { answeredNs, refusedNs } = await waitForResponse({ host, port, path }, ended);
    reached.respondedMs = at(answeredNs);
    if (refusedNs !== null) reached.refusedMs = at(refusedNs);
  };

  try {
    await Promise.race([follow(), aborted]);
    if (!unbroken()) throw watchGap();
    const { answeredMs = 0, readyMs = reached.startedMs ?? 0, ...further } = reached;
    const sample = { status: "ready", client, sandbox: name, sentMs, answeredMs, readyMs, ...further } as const;
    return until === "sandbox" ? sample : { ...sample, until };
  } catch (error) {
    signal.throwIfAborted();
    // without the watch it is unknown whether the pod was late
    const known = error instanceof Failure && error.status === "timeout" && !unbroken() ? watchGap() : error;
    const { status, reason, message } = await explain(known, last, api, namespace, name, timeoutMs);
    return {
      status,
      client,
      sandbox: made ? name : null,
      sentMs,
      endedMs: at(),
      reason,
      message,
      stage,
      ...reached,
    };
  } finally {
    clearTimeout(timer);
    own.abort();
    stopFollowing();
  }
}

/** Records what a pod has reached when a change shows it for the first time. */
function note(reached: Reached, { node, sandbox, started, ready, stamps }: PodProgress, atMs: number): void {
  if (node !== null) {
    reached.node = node;
    reached.scheduledMs ??= atMs;
  }
  reached.clusterTimes = { ...stamps };
  if (sandbox) reached.readyMs ??= atMs;
  if (started) reached.startedMs ??= atMs;
  if (ready) reached.podReadyMs ??= atMs;
}

/** Returns a moment of the wall clock in milliseconds since the release, to the microsecond. */
const sinceRelease = (epochMs: number, from: Release): number => toMicrosecond(epochMs - from.epochMs);

/** Returns why a cold start failed. For a timeout, the message is the pod's problem, or the last warning about it. */
async function explain(
  error: unknown,
  last: PodProgress | null,
  api: Api,
  namespace: string,
  pod: string,
  timeoutMs: number,
): Promise<{ readonly status: FailedSample["status"]; readonly reason: string; readonly message: string }> {
  const failure = error instanceof Failure ? error : null;
  if (failure !== null && failure.status !== "timeout") return failure;
  if (failure === null && !failedFor(error, "aborted")) {
    const reason = failedFor(error, "unavailable")
      ? "unavailable"
      : failedFor(error, "forbidden", "unauthorized")
        ? "refused"
        : "other";
    return { status: "failed", reason, message: messageOf(error) };
  }
  const trouble = last?.trouble ?? null;
  const warning = trouble === null ? await warningOf(api, namespace, pod) : trouble.message;
  const where = last?.node == null ? "not scheduled" : "not ready";
  return {
    status: "timeout",
    reason: trouble?.reason ?? where.replace(" ", "-"),
    message: `${where} within ${timeoutMs} ms: ${warning ?? lastReport(last)}`,
  };
}

/** Returns how far the cluster has reported a late pod, for a timeout without any other explanation. */
const lastReport = (last: PodProgress | null): string =>
  last?.node == null
    ? "the scheduler has reported no reason"
    : last.sandbox
      ? `the kubelet of ${last.node} has reported the sandbox and nothing since`
      : `the kubelet of ${last.node} has not reported a sandbox`;

async function warningOf(api: Api, namespace: string, pod: string): Promise<string | null> {
  try {
    const query = { fieldSelector: `involvedObject.name=${pod}` };
    const path = `/api/v1/namespaces/${namespace}/events`;
    return lastWarning((await api.call<{ items: CoreV1Event[] }>({ path, query, timeoutMs: 5_000 })).items);
  } catch {
    // the timeout is the result; its explanation may be missing
    return null;
  }
}
