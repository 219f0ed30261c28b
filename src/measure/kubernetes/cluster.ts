import { createHash } from "node:crypto";
import type { V1Namespace, V1Node, V1Pod, V1ResourceQuota, V1RuntimeClass } from "@kubernetes/client-node";
import { LabError } from "../../model/errors.js";
import { labelNames } from "../cri/labels.js";
import { nearestName } from "../runtimes/nearest-name.js";
import { type Api, connectApi } from "./api/api.js";
import { failedFor } from "./api/errors.js";
import { readKubeconfig } from "./api/kubeconfig.js";
import { podsLeft } from "./namespace.js";
import { type ClusterNode, clusterNode, freePods } from "./nodes.js";
import { ownerLabel, ownerName } from "./pods/pod-manifest.js";

/** A RuntimeClass: its name, its CRI handler, and the overhead that it declares for a pod. */
export interface RuntimeClass {
  readonly name: string;
  readonly handler: string;
  readonly overhead: Readonly<Record<string, string>> | null;
  /** The label of the campaign that made it; undefined for all others. */
  readonly madeBy?: string;
}

/** A cluster that answers, and its properties. */
export interface Cluster {
  readonly api: Api;
  readonly context: string;
  /** The API server's version, such as `v1.32.13`. */
  readonly version: string;
  /** Equal for campaigns on the same cluster: 12 hex digits; see `clusterId`. */
  readonly id: string;
  readonly runtimeClasses: readonly RuntimeClass[];
  readonly nodes: readonly ClusterNode[];
}

/**
 * Connects to a cluster and reads its properties.
 *
 * @param context null for the kubeconfig's current one
 * @throws LabError `RUND_KUBECONFIG`, `RUND_CLUSTER_CLIENT`; ClusterError, with verb and resource if a right is missing
 */
export async function openCluster(context: string | null): Promise<Cluster> {
  const access = await readKubeconfig(context);
  const api = connectApi(access);
  try {
    const { gitVersion } = await api.call<{ gitVersion: string }>({ path: "/version" });
    const classes = await list<V1RuntimeClass>(api, "/apis/node.k8s.io/v1/runtimeclasses");
    const nodes = await list<V1Node>(api, "/api/v1/nodes");
    return {
      api,
      context: access.context,
      version: gitVersion,
      id: await clusterId(api),
      runtimeClasses: classes.map(({ metadata, handler, overhead }) => ({
        name: metadata?.name ?? "",
        handler,
        overhead: overhead?.podFixed ?? null,
        ...madeBy(metadata),
      })),
      nodes: nodes.map(clusterNode).sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  } catch (error) {
    api.close();
    throw error;
  }
}

function madeBy(metadata: V1RuntimeClass["metadata"]): Pick<RuntimeClass, "madeBy"> {
  const { [ownerLabel]: owner, [labelNames.campaign]: campaign } = metadata?.labels ?? {};
  return owner === ownerName && campaign !== undefined ? { madeBy: campaign } : {};
}

const list = async <Item>(api: Api, path: string, query: Readonly<Record<string, string>> = {}) =>
  (await api.call<{ items: Item[] }>({ path, query })).items;

/**
 * Returns a digest that identifies the cluster. It is computed from the uid of the namespace kube-system, or from the server's
 * address if the uid may not be read.
 */
async function clusterId(api: Api): Promise<string> {
  let identity = api.access.server.href;
  try {
    const { metadata } = await api.call<V1Namespace>({ path: "/api/v1/namespaces/kube-system" });
    identity = metadata?.uid ?? identity;
  } catch (error) {
    if (!failedFor(error, "forbidden", "not-found")) throw error;
  }
  return createHash("sha256").update(`rund-lab ${identity}`).digest("hex").slice(0, 12);
}

/**
 * Returns the RuntimeClasses with these names.
 *
 * @throws LabError `RUND_RUNTIME_CLASS` if the cluster does not have one
 */
export function requireRuntimeClasses(
  { runtimeClasses, context }: Pick<Cluster, "runtimeClasses" | "context">,
  names: readonly string[],
): readonly RuntimeClass[] {
  const known = runtimeClasses.map(({ name }) => name);
  return names.map(name => {
    const found = runtimeClasses.find(each => each.name === name);
    if (found !== undefined) return found;
    const near = nearestName(name, known);
    throw new LabError("RUND_RUNTIME_CLASS", "machine", `no RuntimeClass "${name}"`, {
      where: context,
      expected: `one of ${known.join(", ") || "(none)"}`,
      found: name,
      hint:
        near === undefined
          ? "`--make-runtime-classes` makes those that are missing, with a handler of the same name, and deletes them afterwards"
          : `did you mean ${near}?`,
    });
  });
}

/**
 * Returns the nodes that a campaign uses.
 *
 * @param names empty for all that the scheduler may use
 * @throws LabError `RUND_NODE` if a node does not exist or cannot run pods, or if no node can
 */
export function requireNodes({ nodes, context }: Pick<Cluster, "nodes" | "context">, names: readonly string[]) {
  const refuse = (summary: string, expected: string, found: string, hint: string) =>
    new LabError("RUND_NODE", "machine", summary, { where: context, expected, found, hint });
  const wanted = names.map(name => {
    const node = nodes.find(each => each.name === name);
    const known = nodes.map(each => each.name).join(", ");
    if (node === undefined) throw refuse("no such node", `one of ${known}`, name, "`kubectl get nodes` lists them");
    return node;
  });
  for (const { name, ready, schedulable } of wanted) {
    const found = ready ? (schedulable ? null : "unschedulable or tainted") : "NotReady";
    if (found === null) continue;
    throw refuse(
      `the node ${name} cannot be used`,
      "a ready node that pods may use",
      found,
      `see \`kubectl describe node ${name}\``,
    );
  }
  const usable = names.length > 0 ? wanted : nodes.filter(({ ready, schedulable }) => ready && schedulable);
  if (usable.length > 0) return usable;
  throw refuse("no node can be used", "a ready node that pods may use", "none", "`kubectl get nodes` shows the reason");
}

async function requireNamespace(api: Api, namespace: string): Promise<void> {
  try {
    await api.call({ path: `/api/v1/namespaces/${namespace}` });
  } catch (cause) {
    // with minimal rights a namespace cannot be read
    if (failedFor(cause, "forbidden")) return;
    if (!failedFor(cause, "not-found")) throw cause;
    throw new LabError("RUND_NAMESPACE", "machine", `no namespace "${namespace}"`, {
      where: api.access.context,
      hint: `\`kubectl create namespace ${namespace}\` makes it; without --namespace, the campaign makes its own`,
      cause,
    });
  }
}

/**
 * Returns the number of pods that the cluster has room for: by its nodes, and by the quotas of the namespace.
 *
 * @param namespace null for one that the campaign makes itself
 * @throws LabError `RUND_NAMESPACE` if the cluster does not have it
 */
export async function podRoom(
  api: Api,
  nodes: readonly ClusterNode[],
  namespace: string | null,
): Promise<{ readonly pods: number; readonly by: string }> {
  if (namespace !== null) await requireNamespace(api, namespace);
  const quota =
    namespace === null
      ? null
      : podsLeft(await list<V1ResourceQuota>(api, `/api/v1/namespaces/${namespace}/resourcequotas`));
  let free = nodes.reduce((sum, node) => sum + node.pods, 0);
  try {
    free = freePods(nodes, await list<V1Pod>(api, "/api/v1/pods"));
  } catch (error) {
    // with minimal rights only the campaign's own pods can be listed, so the nodes' capacity is used
    if (!failedFor(error, "forbidden")) throw error;
  }
  return quota !== null && quota < free
    ? { pods: quota, by: `the quota of ${namespace}` }
    : { pods: free, by: "the nodes" };
}
