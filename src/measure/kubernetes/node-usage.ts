import type { NodeUsage } from "../../campaign-files/events.js";
import type { Api } from "./api.js";

/** What the kubelet's `stats/summary` says of a node. */
interface Summary {
  readonly node?: {
    readonly cpu?: { readonly time?: string; readonly usageCoreNanoSeconds?: number };
    readonly memory?: { readonly workingSetBytes?: number };
  };
  readonly pods?: readonly {
    readonly podRef: { readonly namespace: string };
    readonly memory?: { readonly workingSetBytes?: number };
    readonly cpu?: { readonly usageCoreNanoSeconds?: number };
  }[];
}

/**
 * Reads what nodes use, through the API server's proxy to each kubelet. The kubelet refreshes these numbers about every ten
 * seconds and says when; memory is the working set, not PSS.
 *
 * @param namespace the campaign's, whose pods are added up by themselves
 * @returns an entry for each node that answered
 */
export async function readNodeUsage(
  api: Api,
  nodes: readonly string[],
  namespace: string,
): Promise<readonly NodeUsage[]> {
  const all = await Promise.allSettled(
    nodes.map(async name => {
      const path = `/api/v1/nodes/${name}/proxy/stats/summary`;
      return nodeUsage(name, await api.call<Summary>({ path, timeoutMs: 5_000 }), namespace);
    }),
  );
  return all.flatMap(each => (each.status === "fulfilled" ? [each.value] : []));
}

/**
 * A node's use by its kubelet's summary.
 *
 * @example nodeUsage("n", { node: { memory: { workingSetBytes: 2048 } } }, "x").workingSetKiB // 2
 * @example nodeUsage("n", {}, "x").cpuMs // null
 */
export function nodeUsage(node: string, { node: own, pods = [] }: Summary, namespace: string): NodeUsage {
  const ours = pods.filter(({ podRef }) => podRef.namespace === namespace);
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  const cpuNs = own?.cpu?.usageCoreNanoSeconds;
  const bytes = own?.memory?.workingSetBytes;
  return {
    node,
    at: own?.cpu?.time ?? null,
    cpuMs: cpuNs === undefined ? null : Math.round(cpuNs / 1e6),
    workingSetKiB: bytes === undefined ? null : Math.round(bytes / 1024),
    pods: ours.length,
    podsCpuMs: Math.round(sum(ours.map(({ cpu }) => cpu?.usageCoreNanoSeconds)) / 1e6),
    podsWorkingSetKiB: Math.round(sum(ours.map(({ memory }) => memory?.workingSetBytes)) / 1024),
  };
}
