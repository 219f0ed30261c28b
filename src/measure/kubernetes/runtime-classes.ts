import { setTimeout as delay } from "node:timers/promises";
import { labelNames } from "../cri/labels.js";
import type { Api } from "./api/api.js";
import { failedFor } from "./api/errors.js";
import type { RuntimeClass } from "./cluster.js";
import { labelValue, ownerLabel, ownerName } from "./pods/pod-manifest.js";

const path = "/apis/node.k8s.io/v1/runtimeclasses";

/** Milliseconds after which the API server's admission has read a new RuntimeClass through its own watch. */
const knownMs = 1_000;

/** Makes missing RuntimeClasses, with the campaign's label; existing ones are not changed. */
export async function makeRuntimeClasses(api: Api, classes: readonly RuntimeClass[], campaign: string): Promise<void> {
  for (const { name, handler } of classes) {
    const metadata = { name, labels: { [ownerLabel]: ownerName, [labelNames.campaign]: labelValue(campaign) } };
    const body = { apiVersion: "node.k8s.io/v1", kind: "RuntimeClass", metadata, handler };
    try {
      await api.call({ method: "POST", path, body });
    } catch (error) {
      if (!failedFor(error, "conflict")) throw error;
    }
  }
  if (classes.length > 0) await delay(knownMs);
}

/**
 * Deletes RuntimeClasses that a campaign made. A RuntimeClass that something else made in the meantime lacks the campaign's
 * label and stays.
 */
export async function deleteRuntimeClasses(
  api: Api,
  classes: readonly RuntimeClass[],
  campaign: string,
): Promise<void> {
  for (const { name } of classes) {
    try {
      const { metadata } = await api.call<{ metadata: { labels?: Record<string, string> } }>({
        path: `${path}/${name}`,
      });
      const { [ownerLabel]: owner, [labelNames.campaign]: label } = metadata.labels ?? {};
      if (owner === ownerName && label === labelValue(campaign))
        await api.call({ method: "DELETE", path: `${path}/${name}` });
    } catch (error) {
      if (!failedFor(error, "not-found")) throw error;
    }
  }
}
