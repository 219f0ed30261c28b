import type { Manifest, OperationsEvent } from "../../campaign-files/index.js";
import type { OperationCell } from "./dataset.js";

/** Returns the rounds of operations of a run by cell. */
export function operationCells(
  { host }: Manifest,
  experiment: OperationCell["experiment"],
  events: readonly OperationsEvent[],
): readonly OperationCell[] {
  const cells = groupBy(events, ({ density, concurrency, items }) => `${density}/${concurrency}/${items}`);
  const { cores, kernel } = host;
  const machine = typeof cores === "number" && typeof kernel === "string" ? { machine: { cores, kernel } } : {};
  return [...cells.values()].map(unsorted => {
    const rounds = [...unsorted].sort((a, b) => a.round - b.round);
    const { run, runtime, density, concurrency, items, phases } = rounds[0]!;
    const valuesMs = rounds.map(({ phases }) => makingMs(phases));
    const phasesMs = Object.fromEntries(
      phases.map(({ phase }, index) => [phase, rounds.flatMap(each => each.phases[index]?.totalMs ?? [])]),
    );
    return { run, experiment, variant: runtime, density, concurrency, count: items, valuesMs, phasesMs, ...machine };
  });
}

const makingMs = (phases: OperationsEvent["phases"]): number =>
  phases.reduce((total, { phase, totalMs }) => total + (phase === "make" || phase === "mount" ? totalMs : 0), 0);

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
