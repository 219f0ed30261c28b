import type { Dataset, MemoryCell, MemoryJournal } from "../../analysis/datasets/dataset.js";
import { mean } from "../../analysis/stats/mean.js";
import { pssPerSandbox } from "../../analysis/tables/tables.js";
import { runtimeLabel } from "../../model/runtimes.js";

type Row = Readonly<Record<string, string | number | null>>;
type FreshCell = MemoryCell & { readonly journal: MemoryJournal };

/**
 * PSS in KiB per sandbox, and which part of it is whose, for `table`: a row per runtime and guest memory at its largest
 * density, the mean over repeats. Only a fresh campaign's journal knows the parts; other datasets have no row.
 */
export function memoryPartRows(datasets: readonly Dataset[]): readonly Row[] {
  const cells = datasets.flatMap(largest);
  const parts = [...new Set(cells.flatMap(([{ journal }]) => journal.parts.map(({ part }) => part)))].sort();
  return cells.map(repeats => ({
    ...place(repeats),
    PSS: pssKiB(repeats),
    ...Object.fromEntries(
      parts.map(name => [
        name,
        repeats[0].journal.parts.some(({ part }) => part === name)
          ? eachKiB(repeats, ({ parts: own }) => own.find(({ part }) => part === name)?.pssKiB ?? 0)
          : null,
      ]),
    ),
  }));
}

/**
 * The host's second opinion in KiB per sandbox, for `table`: beside PSS what the kernel keeps, their sum, and the fall of the
 * host's available memory with its lowest and highest repeat. Rows as in `memoryPartRows`.
 */
export function hostMemoryRows(datasets: readonly Dataset[]): readonly Row[] {
  return datasets.flatMap(largest).map(repeats => {
    const kernel = {
      slab: eachKiB(repeats, ({ host }) => host.slabKiB),
      "page tables": eachKiB(repeats, ({ host }) => host.pageTablesKiB),
      "kernel stacks": eachKiB(repeats, ({ host }) => host.kernelStackKiB),
      "per-CPU data": eachKiB(repeats, ({ host }) => host.percpuKiB),
    };
    const falls = repeats.map(({ journal, sandboxes }) => journal.host.availableFallKiB / sandboxes);
    return {
      ...place(repeats),
      PSS: pssKiB(repeats),
      ...kernel,
      together: Object.values(kernel).reduce((sum, each) => sum + each, pssKiB(repeats)),
      "fall of MemAvailable": whole(mean(falls)),
      lowest: whole(Math.min(...falls)),
      highest: whole(Math.max(...falls)),
    };
  });
}

type Repeats = readonly [FreshCell, ...FreshCell[]];

/** The cells of each runtime and guest memory at its largest density, as far as the journal has them. */
function largest({ memory }: Dataset): readonly Repeats[] {
  const groups = new Map<string, [FreshCell, ...FreshCell[]]>();
  for (const cell of memory) {
    const { runtime, memoryMb, density, sandboxes, components, journal } = cell;
    if (journal === undefined || sandboxes === 0 || components.length === 0) continue;
    const key = `${runtime} ${memoryMb}`;
    const group = groups.get(key);
    if (group === undefined || group[0].density < density) groups.set(key, [{ ...cell, journal }]);
    else if (group[0].density === density) group.push({ ...cell, journal });
  }
  return [...groups.values()];
}

const place = ([{ runtime, memoryMb, density }, ...others]: Repeats) => ({
  runtime: runtimeLabel(runtime),
  memory: memoryMb,
  density,
  repeats: 1 + others.length,
});

const pssKiB = (repeats: Repeats): number => whole(mean(repeats.map(cell => pssPerSandbox(cell) ?? 0)));

const eachKiB = (repeats: Repeats, kiB: (journal: MemoryJournal) => number): number =>
  whole(mean(repeats.map(({ journal, sandboxes }) => kiB(journal) / sandboxes)));

/** Finer the host's accounts are not; no negative nought. */
const whole = (kiB: number): number => Math.round(kiB) + 0;
