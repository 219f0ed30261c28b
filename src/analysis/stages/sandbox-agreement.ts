import type { RoundEvent } from "../../campaign-files/index.js";
import { byRuntime } from "../../model/runtimes.js";
import { type Interval, mean, welchRatio } from "../stats/index.js";
import { kubeletCalls } from "./kubelet-calls.js";

/** The duration of RunPodSandbox in one cell, on a cluster and by CRI alone. */
export interface SandboxAgreement {
  readonly runtime: string;
  readonly concurrency: number;
  /** Means over rounds in milliseconds. */
  readonly clusterMs: number;
  readonly nodeMs: number;
  /**
   * Cluster divided by node with its 95 % interval (Welch, log scale, over rounds); null for fewer than two rounds on either
   * side.
   */
  readonly ratio: { readonly value: number; readonly interval: Interval } | null;
  /** Whether the interval contains 1, so that no difference is shown. */
  readonly agrees: boolean | null;
}

/**
 * Compares the duration of the sandbox's stage on a cluster, from the kubelets' own counters, with that on a single machine, from
 * the harness's clock. Both are the same call to the same container runtime.
 */
export function sandboxAgreement(
  cluster: readonly RoundEvent[],
  node: readonly RoundEvent[],
): readonly SandboxAgreement[] {
  const cells = new Map<string, { readonly first: RoundEvent; readonly cluster: number[]; readonly node: number[] }>();
  const add = (round: RoundEvent, ms: number | undefined, from: "cluster" | "node") => {
    if (ms === undefined) return;
    const key = `${round.runtime} ${round.density} ${round.concurrency}`;
    const cell = cells.get(key) ?? { first: round, cluster: [], node: [] };
    cells.set(key, cell);
    cell[from].push(ms);
  };
  for (const round of cluster) add(round, kubeletCalls([round])?.sandboxMs, "cluster");
  for (const round of node) {
    const ready = round.samples.flatMap(sample =>
      sample.status === "ready" ? [sample.answeredMs - sample.sentMs] : [],
    );
    add(round, ready.length === 0 ? undefined : mean(ready), "node");
  }
  return [...cells.values()]
    .filter(cell => cell.cluster.length > 0 && cell.node.length > 0)
    .map(cell => {
      const compared = welchRatio(cell.cluster, cell.node);
      const ratio = compared === null ? null : { value: compared.ratio, interval: compared.at(0.95) };
      return {
        ...{ runtime: cell.first.runtime, concurrency: cell.first.concurrency },
        ...{ clusterMs: mean(cell.cluster), nodeMs: mean(cell.node), ratio },
        agrees: ratio === null ? null : ratio.interval[0] <= 1 && ratio.interval[1] >= 1,
      };
    })
    .sort((a, b) => byRuntime(a.runtime, b.runtime) || a.concurrency - b.concurrency);
}
