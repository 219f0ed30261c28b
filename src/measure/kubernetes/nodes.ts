import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { groupBy } from "../../model/group-by.js";
import { quantity } from "../../model/kubernetes-quantity.js";

/** The properties of a node on which results depend. */
export interface ClusterNode {
  readonly name: string;
  readonly ready: boolean;
  /** Whether the scheduler may use it. */
  readonly schedulable: boolean;
  readonly kernel: string;
  /** Such as `containerd://1.6.20`. */
  readonly runtime: string;
  readonly kubelet: string;
  readonly os: string;
  readonly architecture: string;
  /** The cloud's instance type; null if no label names it. */
  readonly instanceType: string | null;
  /** The CPUs and the number of pods that it can allocate. */
  readonly cpus: number;
  readonly pods: number;
  readonly memoryMiB: number;
}

/**
 * Converts the API server's object of a node.
 *
 * @internal its types need an optional package
 */
export function clusterNode({ metadata, spec, status }: V1Node): ClusterNode {
  const info = status?.nodeInfo;
  const offers = status?.allocatable ?? {};
  const blocked = spec?.taints?.some(({ effect }) => effect === "NoSchedule" || effect === "NoExecute") ?? false;
  return {
    name: metadata?.name ?? "",
    ready: status?.conditions?.find(({ type }) => type === "Ready")?.status === "True",
    schedulable: spec?.unschedulable !== true && !blocked,
    kernel: info?.kernelVersion ?? "",
    runtime: info?.containerRuntimeVersion ?? "",
    kubelet: info?.kubeletVersion ?? "",
    os: info?.osImage ?? "",
    architecture: info?.architecture ?? "",
    instanceType: metadata?.labels?.["node.kubernetes.io/instance-type"] ?? null,
    cpus: quantity(offers.cpu ?? "0"),
    pods: quantity(offers.pods ?? "0"),
    memoryMiB: Math.floor(quantity(offers.memory ?? "0") / 2 ** 20),
  };
}

/** The properties in which nodes may differ, and which could be mistaken for a difference between runtimes. */
const compared = ["kernel", "runtime", "kubelet", "os", "architecture", "instanceType", "cpus"] as const;

/**
 * Returns the differences between nodes: one sentence for each property that differs.
 *
 * @example nodeConfounds([]) // []
 */
export function nodeConfounds(nodes: readonly ClusterNode[]): readonly string[] {
  return compared.flatMap(property => {
    const groups = groupBy(nodes, node => String(node[property]));
    if (groups.size < 2) return [];
    const each = [...groups].map(([value, own]) => `${value} on ${own.map(({ name }) => name).join(", ")}`);
    return [`nodes differ in ${property}: ${each.join("; ")}`];
  });
}

/**
 * Returns the number of pods that nodes still have room for.
 *
 * @param pods every pod that is bound to one of them; finished ones do not count
 *
 * @internal its types need an optional package
 */
export function freePods(nodes: readonly ClusterNode[], pods: readonly V1Pod[]): number {
  const usable = nodes.filter(({ ready, schedulable }) => ready && schedulable);
  const names = new Set(usable.map(({ name }) => name));
  const running = pods.filter(
    ({ spec, status }) =>
      names.has(spec?.nodeName ?? "") && status?.phase !== "Succeeded" && status?.phase !== "Failed",
  );
  return usable.reduce((sum, node) => sum + node.pods, 0) - running.length;
}
