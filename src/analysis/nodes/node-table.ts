import { csvText } from "../../campaign-files/csv.js";
import { type ArrivalsEvent, endOf, type NodeUsage, type RoundEvent } from "../../campaign-files/index.js";
import { groupBy } from "../../model/group-by.js";
import { quantity } from "../../model/kubernetes-quantity.js";
import { byText } from "../../model/order.js";
import { byRuntime } from "../../model/runtimes.js";
import { type Interval, mean, median, welchRatio } from "../stats/index.js";

/** The cold starts of one cell on one node. */
export interface NodeRow {
  readonly run: string;
  readonly runtime: string;
  readonly density: number;
  /** Null for a cell of an open loop. */
  readonly concurrency: number | null;
  /** Starts per second of an open loop; null for a cell with a concurrency, and for a trace at its own rate. */
  readonly rate: number | null;
  readonly node: string;
  /** Number of cold starts that ended on the node, and of their rounds or windows. */
  readonly samples: number;
  readonly rounds: number;
  /** Median latency in milliseconds; that of an open loop counts from the scheduled time. */
  readonly p50Ms: number;
  /**
   * Mean over rounds of this node's median latency, divided by that of the other nodes, with its 95 % interval (Welch, log
   * scale); null for one node, or for fewer than two rounds on either side.
   */
  readonly ratio: { readonly value: number; readonly interval: Interval } | null;
  /** Whether the whole interval lies above `slowRatio`. */
  readonly slow: boolean;
  /** Mean working set of a pod of the campaign in KiB, as the kubelet reports it; null if the kubelet reported none. */
  readonly podWorkingSetKiB: number | null;
  /**
   * Mean number of CPUs that the whole node used between the kubelet's readings before and after; null if the kubelet took
   * no new reading in between.
   */
  readonly nodeCpus: number | null;
  /** Mean working set of the whole node afterwards, in KiB; null if the kubelet does not report it. */
  readonly nodeWorkingSetKiB: number | null;
}

type Measured = RoundEvent | ArrivalsEvent;

/** A node counts as slow if its whole interval is above this ratio to the other nodes. */
export const slowRatio = 1.1;

/**
 * Returns the cold starts of a cluster by node: a row for each cell and node. Rounds and windows of a single machine have none.
 */
export function nodeTable(events: readonly Measured[]): readonly NodeRow[] {
  const onNodes = events.filter(({ nodes }) => nodes !== undefined);
  const cells = groupBy(onNodes, event => JSON.stringify([event.run, event.density, gridPoint(event)]));
  return [...cells.values()].flatMap(rowsOf).sort(inOrder);
}

const gridPoint = (event: Measured) =>
  event.event === "round" ? { concurrency: event.concurrency, rate: null } : { concurrency: null, rate: event.rate };

function rowsOf(cell: readonly Measured[]): readonly NodeRow[] {
  const { run, runtime, density } = cell[0]!;
  const place = { run, runtime, density, ...gridPoint(cell[0]!) };
  const nodes = [...new Set(cell.flatMap(round => latencies(round).map(({ node }) => node)))].sort();
  return nodes.map(node => {
    const here = cell.map(round => latencies(round).flatMap(each => (each.node === node ? [each.ms] : [])));
    const there = cell.map(round => latencies(round).flatMap(each => (each.node === node ? [] : [each.ms])));
    const medians = (values: readonly (readonly number[])[]) =>
      values.flatMap(each => (each.length === 0 ? [] : [median(each)]));
    const compared = welchRatio(medians(here), medians(there));
    const ratio = compared === null ? null : { value: compared.ratio, interval: compared.at(0.95) };
    return {
      ...place,
      node,
      samples: here.flat().length,
      rounds: medians(here).length,
      p50Ms: median(here.flat()),
      ratio,
      slow: ratio !== null && ratio.interval[0] > slowRatio,
      podWorkingSetKiB: meanOf(cell, node, ({ after: { pods, podsWorkingSetKiB } }) =>
        pods > 0 && podsWorkingSetKiB > 0 ? podsWorkingSetKiB / pods : null,
      ),
      nodeCpus: meanOf(cell, node, cpusBetween),
      nodeWorkingSetKiB: meanOf(cell, node, ({ after }) => after.workingSetKiB),
    };
  });
}

const latencies = (event: Measured) =>
  event.samples.flatMap(sample => {
    if (sample.status !== "ready" || sample.node === undefined) return [];
    const fromMs = event.event === "round" ? sample.sentMs : event.dueMs[sample.client - 1]!;
    return [{ node: sample.node, ms: endOf(sample) - fromMs }];
  });

/** Returns the mean of a quantity of a node over those rounds and windows of a cell that have it. */
function meanOf(
  cell: readonly Measured[],
  node: string,
  quantityOf: (used: { readonly before: NodeUsage; readonly after: NodeUsage }) => number | null,
): number | null {
  const found = cell.flatMap(({ nodes }) => {
    const [before, after] = [nodes?.before, nodes?.after].map(all => all?.find(each => each.node === node));
    return before === undefined || after === undefined ? [] : (quantityOf({ before, after }) ?? []);
  });
  return found.length === 0 ? null : mean(found);
}

function cpusBetween({ before, after }: { readonly before: NodeUsage; readonly after: NodeUsage }): number | null {
  if (before.at === null || after.at === null || before.cpuMs === null || after.cpuMs === null) return null;
  const ms = Date.parse(after.at) - Date.parse(before.at);
  return ms > 0 && after.cpuMs >= before.cpuMs ? (after.cpuMs - before.cpuMs) / ms : null;
}

const inOrder = (a: NodeRow, b: NodeRow): number =>
  byRuntime(a.runtime, b.runtime) ||
  a.density - b.density ||
  (a.concurrency ?? 0) - (b.concurrency ?? 0) ||
  (a.rate ?? 0) - (b.rate ?? 0) ||
  byText(a.run, b.run) ||
  byText(a.node, b.node);

/**
 * Returns a node table as CSV, `nodes.csv`; missing values are empty.
 *
 * @param declared the memory overhead that the RuntimeClass of each run declares, such as `32Mi`, by the run's name
 */
export function nodesCsv(rows: readonly NodeRow[], declared: ReadonlyMap<string, string> = new Map()): string {
  const header =
    "runtime,density,concurrency,node,samples,rounds,p50_ms,ratio,ratio_low,ratio_high,slow,pod_working_set_kib,declared_overhead_kib,rate,node_cpus,node_working_set_kib";
  const lines = rows.map(({ run, ratio, ...row }) => {
    const overhead = declared.get(run);
    return [
      ...[row.runtime, row.density, row.concurrency, row.node, row.samples, row.rounds, row.p50Ms.toFixed(3)],
      ...(ratio === null ? ["", "", ""] : [ratio.value, ...ratio.interval].map(value => value.toFixed(4))),
      ...[String(row.slow), row.podWorkingSetKiB?.toFixed(0)],
      ...[overhead === undefined ? null : quantity(overhead) / 1024, row.rate],
      ...[row.nodeCpus?.toFixed(3), row.nodeWorkingSetKiB?.toFixed(0)],
    ];
  });
  return `${header}\n${csvText(lines)}`;
}

/** The difference between a node's clock and rund-lab's. */
export interface NodeClock {
  readonly node: string;
  /** Lower and upper bound in milliseconds, above 0 if the node's clock is ahead. */
  readonly aheadMs: Interval;
}

/**
 * Returns bounds for each node's clock, from all requests of a campaign together: the intersection of the requests' bounds.
 * Times that a node stamped, such as that of a first line, are uncertain by the same amount.
 *
 * @returns the nodes sorted by name; a lower bound above the upper one means that the clock was set during the campaign
 */
export function nodeClocks(events: readonly Pick<Measured, "nodes">[]): readonly NodeClock[] {
  const found = new Map<string, Interval>();
  for (const { nodes } of events) {
    for (const { node, clockAheadMs } of [...(nodes?.before ?? []), ...(nodes?.after ?? [])]) {
      if (clockAheadMs === undefined) continue;
      const [low, high] = found.get(node) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      found.set(node, [Math.max(low, clockAheadMs[0]), Math.min(high, clockAheadMs[1])]);
    }
  }
  return [...found].sort(([a], [b]) => byText(a, b)).map(([node, aheadMs]) => ({ node, aheadMs }));
}
