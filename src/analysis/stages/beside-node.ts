import type { StageRow } from "./stage-table.js";

/** Stages of a single machine that belong to the container; the stages before them belong to the sandbox. */
const ofContainer = /^(container|image pull|create answer|start answer|start reported)/;
/** Stages that a cluster has as well. */
const common = /^(first line|response|unattributed)/;

/**
 * Returns the cells of a cluster together with the same cells on the bare container runtime of one of its nodes. Each row's
 * label ends with its side: cluster or node. The node's finer stages are added up to two: sandbox and container. Cells that
 * only one of the two has are left out.
 *
 * @returns the rows of each cell one after the other, the cluster's first
 */
export function besideNode(cluster: readonly StageRow[], node: readonly StageRow[]): readonly StageRow[] {
  return cluster.flatMap(row => {
    const same = node.find(
      other =>
        other.runtime === row.runtime &&
        other.density === row.density &&
        other.concurrency === row.concurrency &&
        other.until === row.until,
    );
    if (same === undefined) return [];
    return [
      { ...row, label: `${row.label}, cluster` },
      { ...same, label: `${row.label}, node`, stages: coarse(same.stages) },
    ];
  });
}

function coarse(stages: StageRow["stages"]): StageRow["stages"] {
  const sums = new Map<string, number>();
  for (const { name, p50Ms } of stages) {
    const whole = common.test(name) ? name : ofContainer.test(name) ? "container" : "sandbox";
    sums.set(whole, (sums.get(whole) ?? 0) + p50Ms);
  }
  return [...sums].map(([name, p50Ms]) => ({ name, p50Ms }));
}

/** The time that a cluster adds to one cell. Medians in milliseconds. */
export interface ClusterShare {
  readonly runtime: string;
  readonly concurrency: number;
  readonly cluster_ms: number;
  readonly node_ms: number;
  /** The cluster's median minus the node's; negative if several nodes share the work. */
  readonly added_ms: number;
  /** The part of the cluster's median that API server, scheduler and kubelet take. */
  readonly cluster_stages_ms: number;
}

/** Returns the time that a cluster adds, cell by cell, from the rows of `besideNode`. */
export function clusterShares(rows: readonly StageRow[]): readonly ClusterShare[] {
  return rows.flatMap((row, index) => {
    const node = rows[index + 1];
    if (index % 2 === 1 || node === undefined) return [];
    const own = row.stages.filter(({ name }) => /^(API server|scheduler|kubelet)/.test(name));
    return [
      {
        runtime: row.runtime,
        concurrency: row.concurrency,
        cluster_ms: row.latencyMs,
        node_ms: node.latencyMs,
        added_ms: row.latencyMs - node.latencyMs,
        cluster_stages_ms: own.reduce((sum, { p50Ms }) => sum + p50Ms, 0),
      },
    ];
  });
}
