import { setTimeout as delay } from "node:timers/promises";
import type { V1Namespace, V1ResourceQuota } from "@kubernetes/client-node";
import { LabError } from "../../model/errors.js";
import { labelNames } from "../cri/labels.js";
import type { Api } from "./api/api.js";
import { failedFor } from "./api/errors.js";
import { labelValue, ownerLabel, ownerName } from "./pods/pod-manifest.js";

/** The namespace of a campaign's pods. */
export interface CampaignNamespace {
  readonly name: string;
  /** Whether the campaign made it, and deletes it at its end. */
  readonly own: boolean;
}

/** Maximum milliseconds until a namespace is deleted, and the pause between two checks. */
const deletionMs = 60_000;
const retryMs = 250;

/**
 * Returns the name of a campaign's own namespace: at most 63 characters, and the same when the campaign is resumed.
 *
 * @example namespaceName("20260131T120000-time-9f3a11c2") // "rund-lab-20260131t120000-time-9f3a11c2"
 */
export const namespaceName = (campaign: string): string =>
  `rund-lab-${labelValue(campaign)}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .slice(0, 63)
    .replace(/-+$/, "");

/**
 * Makes the campaign's own namespace, unless it exists because a session was killed.
 *
 * @throws LabError `RUND_NAMESPACE_TERMINATING` if it is being deleted and this takes too long; ClusterError
 */
export async function ensureNamespace(api: Api, { name, own }: CampaignNamespace, campaign: string): Promise<void> {
  if (!own) return;
  const labels = { [ownerLabel]: ownerName, [labelNames.campaign]: labelValue(campaign) };
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  const deadline = performance.now() + deletionMs;
  while (true) {
    try {
      await api.call({ method: "POST", path: "/api/v1/namespaces", body });
      return;
    } catch (error) {
      if (!failedFor(error, "conflict")) throw error;
    }
    const existing = await readNamespace(api, name);
    if (existing !== null && existing.status?.phase !== "Terminating") return;
    if (performance.now() > deadline) throw stuck(name, existing);
    await delay(retryMs);
  }
}

/**
 * Deletes the campaign's own namespace with everything in it, and waits until it no longer exists.
 *
 * @throws LabError `RUND_NAMESPACE_TERMINATING` if this takes too long; ClusterError
 */
export async function deleteNamespace(api: Api, { name, own }: CampaignNamespace): Promise<void> {
  if (!own) return;
  try {
    await api.call({ method: "DELETE", path: `/api/v1/namespaces/${name}` });
  } catch (error) {
    if (failedFor(error, "not-found")) return;
    throw error;
  }
  const deadline = performance.now() + deletionMs;
  while (true) {
    const existing = await readNamespace(api, name);
    if (existing === null) return;
    if (performance.now() > deadline) throw stuck(name, existing);
    await delay(retryMs);
  }
}

async function readNamespace(api: Api, name: string): Promise<V1Namespace | null> {
  try {
    return await api.call<V1Namespace>({ path: `/api/v1/namespaces/${name}` });
  } catch (error) {
    if (failedFor(error, "not-found")) return null;
    throw error;
  }
}

function stuck(name: string, namespace: V1Namespace | null): LabError {
  const waits = namespace?.status?.conditions?.filter(({ status }) => status === "True").map(({ message }) => message);
  return new LabError(
    "RUND_NAMESPACE_TERMINATING",
    "machine",
    "the namespace is being deleted, and this takes too long",
    {
      where: name,
      expected: `the namespace deleted within ${deletionMs / 1000} s`,
      found: waits?.filter(Boolean).join("; ") || "no reason in its status",
      hint: `\`kubectl get namespace ${name} -o yaml\` shows the resources and finalizers that it waits for`,
    },
  );
}

/**
 * Returns the number of further pods that a namespace's quotas allow.
 *
 * @returns null without such a quota
 * @example podsLeft([{ status: { hard: { pods: "20" }, used: { pods: "5" } } }]) // 15
 * @example podsLeft([]) // null
 *
 * @internal its types need an optional package
 */
export function podsLeft(quotas: readonly Pick<V1ResourceQuota, "status">[]): number | null {
  const left = quotas.flatMap(({ status }) => {
    const hard = status?.hard?.pods ?? status?.hard?.["count/pods"];
    return hard === undefined ? [] : [Number(hard) - Number(status?.used?.pods ?? status?.used?.["count/pods"] ?? 0)];
  });
  return left.length === 0 ? null : Math.min(...left);
}
