import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { Sample } from "../../campaign-files/events.js";
import type { SandboxConfig, SandboxSummary } from "../cri/grpc/client.js";
import { labelNames } from "../cri/labels.js";
import { type Clock, elapsedMs } from "../round/clock.js";
import type { Driver } from "../round/driver.js";
import type { Api } from "./api/api.js";
import { failedFor } from "./api/errors.js";
import { readNodeUsage } from "./node-usage.js";
import { nodeFor, type Placement } from "./placement.js";
import { coldStart } from "./pods/cold-start.js";
import { labelValue, type PodTemplate, podManifest, podName, selectorOf } from "./pods/pod-manifest.js";
import { podProgress } from "./pods/pod-progress.js";
import { PodWatch } from "./pods/pod-watch.js";

/** The tools of a driver over the API server. */
interface ClusterDriverTools {
  readonly api: Api;
  readonly clock: Clock;
  /** The campaign's label, by which its pods are watched. */
  readonly campaign: string;
  readonly template: PodTemplate;
  /** The RuntimeClass of each runtime. */
  readonly runtimeClasses: ReadonlyMap<string, string>;
  readonly placement: Placement;
  /** The nodes whose use is read before and after a round. */
  readonly nodes: readonly string[];
  /** Makes the namespace if it does not exist; called before the first pod. */
  prepare(): Promise<void>;
}

/** A driver that must be closed, because its watch stays open during the whole campaign. */
export interface ClusterDriver extends Driver {
  close(): Promise<void>;
}

/** If the watch breaks, maximum milliseconds until it must be open again before a round begins. */
const reopenMs = 30_000;

/** Maximum milliseconds until a new namespace has its service account `default`, and the pause between two attempts. */
const accountMs = 10_000;
const retryMs = 100;

/** Whether a pod was refused because its namespace is so new that the controller manager has not made `default` yet. */
const lacksAccount = (error: unknown): boolean =>
  failedFor(error, "forbidden") && error.message.includes('serviceaccount "default" not found');

/** Starts sandboxes as pods of a Kubernetes cluster, one pod with a RuntimeClass for each. */
export function clusterDriver(tools: ClusterDriverTools): ClusterDriver {
  const { api, clock, campaign, template, runtimeClasses, placement } = tools;
  const { namespace } = template;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  // a promise, because the pods that a killed session left are removed at the same time, and all removals need this watch
  let begun: Promise<PodWatch> | null = null;
  const beginWatch = async (): Promise<PodWatch> => {
    try {
      await tools.prepare();
      return new PodWatch(api, namespace, selectorOf({ [labelNames.campaign]: campaign }));
    } catch (error) {
      begun = null;
      throw error;
    }
  };
  const opened = async (timeoutMs: number): Promise<PodWatch> => {
    begun ??= beginWatch();
    const watch = await begun;
    await watch.opened(timeoutMs);
    return watch;
  };
  let accepted = false;
  /**
   * Creates a pod in a dry run, in which the API server checks rights, quotas, the namespace and the RuntimeClass.
   *
   * @throws ClusterError
   */
  const dryRun = async (pod: V1Pod) => {
    const deadline = performance.now() + accountMs;
    while (!accepted) {
      try {
        await api.call({ method: "POST", path: pods, query: { dryRun: "All" }, body: pod });
        accepted = true;
      } catch (error) {
        if (!lacksAccount(error) || performance.now() > deadline) throw error;
        await delay(retryMs);
      }
    }
  };
  const manifestOf = (sandbox: SandboxConfig, workload: Parameters<typeof podManifest>[2]) => {
    const runtime = sandbox.labels[labelNames.runtime] ?? "";
    const node = nodeFor(placement, Number(sandbox.labels[labelNames.client] ?? 1), sandbox.labels[labelNames.round]);
    return podManifest(template, sandbox, workload, runtimeClasses.get(runtime) ?? sandbox.handler, node);
  };
  return {
    kind: "kubernetes",
    async ping(timeoutMs) {
      await api.text({ path: "/readyz", timeoutMs });
    },
    async list(labels, timeoutMs) {
      const query = { labelSelector: selectorOf(labels) };
      const { items } = await api.call<{ items: V1Pod[] }>({ path: pods, query, timeoutMs });
      return items.map(pod => withWholeLabels(summaryOf(pod), labels));
    },
    async remove(id, timeoutMs) {
      const watch = await opened(timeoutMs);
      try {
        const query = { gracePeriodSeconds: "1" };
        await api.call({ method: "DELETE", path: `${pods}/${id}`, query, timeoutMs });
      } catch (error) {
        if (failedFor(error, "not-found")) return;
        throw error;
      }
      await watch.gone(id, timeoutMs);
    },
    async begin(workload, sandboxes) {
      const watch = await opened(reopenMs);
      const manifests = new Map(sandboxes.map(sandbox => [podName(sandbox), manifestOf(sandbox, workload)]));
      const [first] = manifests.values();
      if (first !== undefined) await dryRun(first);
      return {
        start: (sandbox, client, from, timeoutMs, signal) => {
          const pod = manifests.get(podName(sandbox)) ?? manifestOf(sandbox, workload);
          return coldStart({ api, watch, clock, namespace }, pod, client, workload, from, timeoutMs, signal);
        },
        complete: async (samples, from) => {
          const endedMs = elapsedMs(from.atNs, clock.nowNs());
          return samples.map(sample => withEviction(sample, watch.evicted(sample.sandbox ?? ""), endedMs));
        },
        close: () => {},
      };
    },
    nodeUsage: () => readNodeUsage(api, tools.nodes, namespace),
    async close() {
      const watch = await begun?.catch(() => null);
      begun = null;
      await watch?.close();
    },
  };
}

/** Returns the sample of a ready cold start as died, if its pod was evicted afterwards. @param why the reason for the eviction */
function withEviction(sample: Sample, why: string | undefined, endedMs: number): Sample {
  if (sample.status !== "ready" || why === undefined) return sample;
  const { client, sandbox, sentMs, readyMs, node } = sample;
  const message = `ready after ${(readyMs - sentMs).toFixed(1)} ms, but evicted before the round ended: ${why}`;
  return {
    status: "died",
    client,
    sandbox,
    sentMs,
    endedMs,
    reason: "evicted",
    message,
    ...(node === undefined ? {} : { node }),
  };
}

/** Returns a pod's summary with its labels as they were before they were shortened to Kubernetes' limit. */
function withWholeLabels(pod: SandboxSummary, labels: Readonly<Record<string, string>>): SandboxSummary {
  const whole = Object.entries(labels).filter(([name, value]) => pod.labels[name] === labelValue(value));
  return { ...pod, labels: { ...pod.labels, ...Object.fromEntries(whole) } };
}

function summaryOf(pod: V1Pod): SandboxSummary {
  const { name = "", uid = "", namespace = "", labels = {}, deletionTimestamp } = pod.metadata ?? {};
  const ready = podProgress(pod).sandbox && pod.status?.phase === "Running" && deletionTimestamp === undefined;
  return {
    id: name,
    name,
    uid,
    namespace,
    labels,
    handler: pod.spec?.runtimeClassName ?? "",
    state: ready ? "SANDBOX_READY" : "SANDBOX_NOTREADY",
  };
}
