import { endOf, type RoundEvent } from "../../campaign-files/index.js";
import { quantity } from "../../model/kubernetes-quantity.js";
import { byRuntime } from "../../model/runtimes.js";
import { type Interval, mean, median, welchRatio } from "../stats/index.js";

/** One node's share of a cell. */
export interface NodeRow {
  readonly run: string;
  readonly runtime: string;
  readonly density: number;
  readonly concurrency: number;
  readonly node: string;
  /** Cold starts that ended on it, and the rounds they belong to. */
  readonly samples: number;
  readonly rounds: number;
  /** Median latency in milliseconds. */
  readonly p50Ms: number;
  /**
   * Mean over rounds of this node's median latency, over that of the other nodes, with its 95 % interval (Welch, log scale);
   * null for one node, or fewer than two rounds of either.
   */
  readonly ratio: { readonly value: number; readonly interval: Interval } | null;
  /** Whether the whole interval lies above `slowRatio`. */
  readonly slow: boolean;
  /** Mean working set of a pod of the campaign by the kubelet, in KiB; null where it had looked at none. */
  readonly podWorkingSetKiB: number | null;
}

/** A node counts as slow when it takes at least this much longer than its peers, by the whole interval. */
export const slowRatio = 1.1;

/** Returns the cold starts of a cluster by node: a row for each cell and node. Rounds of a single machine have none. */
export function nodeTable(rounds: readonly RoundEvent[]): readonly NodeRow[] {
  const cells = new Map<string, RoundEvent[]>();
  for (const round of rounds) {
    if (round.nodes === undefined) continue;
    const key = `${round.run} ${round.density} ${round.concurrency}`;
    cells.set(key, [...(cells.get(key) ?? []), round]);
  }
  return [...cells.values()].flatMap(rowsOf).sort(inOrder);
}

function rowsOf(cell: readonly RoundEvent[]): readonly NodeRow[] {
  const { run, runtime, density, concurrency } = cell[0]!;
  const nodes = [...new Set(cell.flatMap(round => latencies(round).map(({ node }) => node)))].sort();
  return nodes.map(node => {
    const here = cell.map(round => latencies(round).flatMap(each => (each.node === node ? [each.ms] : [])));
    const there = cell.map(round => latencies(round).flatMap(each => (each.node === node ? [] : [each.ms])));
    const medians = (values: readonly (readonly number[])[]) =>
      values.flatMap(each => (each.length === 0 ? [] : [median(each)]));
    const compared = welchRatio(medians(here), medians(there));
    const ratio = compared === null ? null : { value: compared.ratio, interval: compared.at(0.95) };
    return {
      ...{ run, runtime, density, concurrency, node },
      samples: here.flat().length,
      rounds: medians(here).length,
      p50Ms: median(here.flat()),
      ratio,
      slow: ratio !== null && ratio.interval[0] > slowRatio,
      podWorkingSetKiB: podWorkingSet(cell, node),
    };
  });
}

const latencies = ({ samples }: RoundEvent) =>
  samples.flatMap(sample =>
    sample.status === "ready" && sample.node !== undefined
      ? [{ node: sample.node, ms: endOf(sample) - sample.sentMs }]
      : [],
  );

function podWorkingSet(cell: readonly RoundEvent[], node: string): number | null {
  const seen = cell.flatMap(({ nodes }) =>
    (nodes?.after ?? []).flatMap(each =>
      each.node === node && each.pods > 0 && each.podsWorkingSetKiB > 0 ? [each.podsWorkingSetKiB / each.pods] : [],
    ),
  );
  return seen.length === 0 ? null : mean(seen);
}

const inOrder = (a: NodeRow, b: NodeRow): number =>
  byRuntime(a.runtime, b.runtime) ||
  a.density - b.density ||
  a.concurrency - b.concurrency ||
  (a.run < b.run ? -1 : a.run > b.run ? 1 : 0) ||
  (a.node < b.node ? -1 : 1);

/**
 * Returns a node table as CSV, `nodes.csv`: what is missing is empty.
 *
 * @param declared the memory overhead that the RuntimeClass of each run declares, such as `32Mi`, by the run's name
 */
export function nodesCsv(rows: readonly NodeRow[], declared: ReadonlyMap<string, string> = new Map()): string {
  const header =
    "runtime,density,concurrency,node,samples,rounds,p50_ms,ratio,ratio_low,ratio_high,slow,pod_working_set_kib,declared_overhead_kib";
  const lines = rows.map(({ run, ratio, ...row }) => {
    const overhead = declared.get(run);
    return [
      ...[row.runtime, row.density, row.concurrency, row.node, row.samples, row.rounds, row.p50Ms.toFixed(3)],
      ...(ratio === null ? ["", "", ""] : [ratio.value, ...ratio.interval].map(value => value.toFixed(4))),
      ...[row.slow, row.podWorkingSetKiB === null ? "" : Math.round(row.podWorkingSetKiB)],
      overhead === undefined ? "" : quantity(overhead) / 1024,
    ];
  });
  return [header, ...lines.map(fields => fields.join(","))].map(line => `${line}\n`).join("");
}

/** How far a node's clock is ahead of the one that measured, in milliseconds. */
export interface NodeClock {
  readonly node: string;
  readonly aheadMs: Interval;
}

/**
 * Bounds on each node's clock, from all requests of a campaign together: the intersection of what each of them allows. Times
 * that a node stamped, such as that of a first line, are uncertain by as much.
 *
 * @returns the nodes in the order of their names; a lower bound above the upper one means that the clock was set meanwhile
 */
export function nodeClocks(rounds: readonly Pick<RoundEvent, "nodes">[]): readonly NodeClock[] {
  const found = new Map<string, Interval>();
  for (const { nodes } of rounds) {
    for (const { node, clockAheadMs } of [...(nodes?.before ?? []), ...(nodes?.after ?? [])]) {
      if (clockAheadMs === undefined) continue;
      const [low, high] = found.get(node) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      found.set(node, [Math.max(low, clockAheadMs[0]), Math.min(high, clockAheadMs[1])]);
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([node, aheadMs]) => ({ node, aheadMs }));
}
