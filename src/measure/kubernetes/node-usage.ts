import { json } from "node:stream/consumers";
import type { NodeUsage } from "../../campaign-files/events.js";
import type { Api } from "./api/api.js";

/** The part of the kubelet's `stats/summary` about a node. */
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
 * Reads the nodes' use through the API server's proxy to each kubelet. The kubelet refreshes CPU and memory about every ten
 * seconds, with a timestamp; memory is the working set, not PSS. Its counters of calls to the container runtime are always current.
 *
 * @param namespace the campaign's, whose pods are summed separately
 * @returns an entry for each node that answered
 */
export async function readNodeUsage(
  api: Api,
  nodes: readonly string[],
  namespace: string,
): Promise<readonly NodeUsage[]> {
  const all = await Promise.allSettled(
    nodes.map(async name => {
      const proxy = `/api/v1/nodes/${name}/proxy`;
      const sentMs = Date.now();
      const response = await api.open({ path: `${proxy}/stats/summary`, timeoutMs: 5_000 });
      const arrivedMs = Date.now();
      const usage = nodeUsage(name, (await json(response)) as Summary, namespace);
      const clockAheadMs = clockBounds(response.headers.date, sentMs, arrivedMs);
      const calls = kubeletCalls(await api.text({ path: `${proxy}/metrics`, timeoutMs: 5_000 }));
      return { ...usage, ...(clockAheadMs === null ? {} : { clockAheadMs }), calls };
    }),
  );
  return all.flatMap(each => (each.status === "fulfilled" ? [each.value] : []));
}

/**
 * Returns bounds for the milliseconds by which a clock is ahead of rund-lab's, from an answer with its Date in whole seconds.
 *
 * @param sentMs epoch milliseconds at which the request was sent
 * @param arrivedMs epoch milliseconds at which the answer's head arrived
 * @returns null if the answer has no date
 * @example clockBounds("Thu, 01 Jan 1970 00:00:10 GMT", 4_200, 4_300) // [5700, 6800]
 * @example clockBounds(undefined, 0, 1) // null
 */
export function clockBounds(date: string | undefined, sentMs: number, arrivedMs: number): [number, number] | null {
  const atMs = Date.parse(date ?? "");
  return Number.isNaN(atMs) ? null : [atMs - arrivedMs, atMs + 1_000 - sentMs];
}

/** The kubelet's calls in a cold start. */
const operations = ["run_podsandbox", "create_container", "start_container"];

/**
 * Returns the kubelet's calls to its container runtime from its metrics: for each operation of a cold start, their number and
 * their total time in milliseconds since the kubelet started.
 *
 * @example kubeletCalls('kubelet_runtime_operations_duration_seconds_sum{operation_type="run_podsandbox"} 1.5\nkubelet_runtime_operations_duration_seconds_count{operation_type="run_podsandbox"} 3') // { run_podsandbox: [3, 1500] }
 */
export function kubeletCalls(metrics: string): Readonly<Record<string, [number, number]>> {
  const value = (operation: string, what: "sum" | "count"): number | undefined => {
    const line = `kubelet_runtime_operations_duration_seconds_${what}{operation_type="${operation}"} `;
    const at = metrics.indexOf(line);
    return at < 0 ? undefined : Number(metrics.slice(at + line.length).split("\n", 1)[0]);
  };
  return Object.fromEntries(
    operations.flatMap(operation => {
      const [calls, seconds] = [value(operation, "count"), value(operation, "sum")];
      return calls === undefined || seconds === undefined
        ? []
        : [[operation, [calls, Math.round(seconds * 1e6) / 1e3]]];
    }),
  );
}

/**
 * Returns a node's use from its kubelet's summary.
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
