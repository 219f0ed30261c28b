import { createHash } from "node:crypto";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import type { SandboxConfig } from "../../cri/grpc/client.js";
import type { Workload, WorkloadContainer } from "../../round/driver.js";

/** The common properties of one campaign's pods. */
export interface PodTemplate {
  readonly namespace: string;
  /** The image of a pod whose workload names none, because a pod needs a container. */
  readonly image: string;
  readonly priorityClass: string | null;
}

/** The label of every object that rund-lab makes, and its value. */
export const ownerLabel = "app.kubernetes.io/managed-by";
export const ownerName = "rund-lab";

/** The port that a pod's process serves by default. */
const defaultPort = 8080;

/**
 * Returns a pod's name: the sandbox's name and uid as a DNS label, cut at the front to 63 characters, because the end is unique.
 *
 * @example podName({ name: "test-runc-0-10-1-3", uid: "9f3a11c2-7" }) // "test-runc-0-10-1-3-9f3a11c2-7"
 */
export const podName = ({ name, uid }: Pick<SandboxConfig, "name" | "uid">): string =>
  `${name}-${uid}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .slice(-63)
    .replace(/^-+/, "");

/**
 * Returns a label's value in Kubernetes' form: at most 63 characters. A longer one is shortened and ends in a digest of the
 * whole.
 *
 * @example labelValue("20260131T120000-time-9f3a11c2") // "20260131T120000-time-9f3a11c2"
 * @example labelValue("x".repeat(70)).length // 63
 */
export function labelValue(text: string): string {
  const allowed = text.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  if (allowed === text && text.length <= 63) return text;
  return `${allowed.slice(0, 50)}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

/** Returns the labels of a sandbox in Kubernetes' form. */
export const labelsOf = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, labelValue(value)]));

/** Returns the labels as a selector: `a=1,b=2`. */
export const selectorOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labelsOf(labels))
    .map(([name, value]) => `${name}=${value}`)
    .join(",");

/**
 * Returns the pod for one sandbox. It requests only what the workload limits, mounts no token, is never restarted and ends
 * immediately when it is deleted.
 *
 * @param node the node on which it must run; null leaves this to the scheduler
 */
export function podManifest(
  { namespace, image, priorityClass }: PodTemplate,
  sandbox: SandboxConfig,
  workload: Workload,
  runtimeClass: string,
  node: string | null,
): V1Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: podName(sandbox),
      namespace,
      labels: { [ownerLabel]: ownerName, ...labelsOf(sandbox.labels) },
    },
    spec: {
      runtimeClassName: runtimeClass,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [containerOf(workload.container, image)],
      ...(priorityClass === null ? {} : { priorityClassName: priorityClass }),
      ...(node === null ? {} : { affinity: onNode(node) }),
    },
  };
}

/** Returns an affinity to one node. The scheduler still binds the pod, so that its stage is measured too. */
const onNode = (node: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }],
    },
  },
});

function containerOf(wanted: WorkloadContainer | null, image: string): V1Container {
  const base = { name: "workload", image: wanted?.image ?? image };
  if (wanted === null) return { ...base, imagePullPolicy: "IfNotPresent" };
  const { pull, command, env, port = defaultPort, cpu, memoryMiB } = wanted;
  const limits = {
    ...(cpu === null ? {} : { cpu: String(cpu) }),
    ...(memoryMiB === null ? {} : { memory: `${memoryMiB}Mi` }),
  };
  return {
    ...base,
    imagePullPolicy: pull ? "Always" : "IfNotPresent",
    ...(command.length === 0 ? {} : { command: [...command] }),
    env: Object.entries({ PORT: String(port), ...env }).map(([name, value]) => ({ name, value })),
    ports: [{ containerPort: port }],
    ...(Object.keys(limits).length === 0 ? {} : { resources: { limits, requests: limits } }),
  };
}
