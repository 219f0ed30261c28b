import type { Dataset, MemoryCell } from "../datasets/dataset.js";
import { mean } from "../stats/mean.js";

/** What one sandbox costs a host, by one idea of "cost". */
export interface CapacityModel {
  /**
   * `idle`: the PSS of sandboxes that do nothing. `host`: the fall of the host's MemAvailable. `committed`: the guest's
   * true memory, as if every guest used all of it, and the PSS of the processes beside it. `fit`: what one sandbox more took
   * of MemAvailable in a ramp.
   */
  readonly model: "fit" | "idle" | "host" | "committed";
  /** Null where the data does not carry the model. */
  readonly perSandboxKiB: number | null;
  /** What it was taken from, or why it could not be. */
  readonly basis: string;
}

/** What a runtime's sandboxes of one guest memory cost, and where that was measured. */
export interface SandboxCost {
  /** Where the models are taken. */
  readonly density: number;
  /** The guest's memory in MB (of 2²⁰ bytes), label and extra; null where the run does not say. */
  readonly trueGuestMb: number | null;
  readonly models: readonly CapacityModel[];
}

/** Processes whose memory is the guest's: what they use is part of the guest's memory, not beside it. */
const holdsGuest = /^(qemu|firecracker|cloud-hyp|dragonball|rund|vmm)/i;

/**
 * Returns the three models of a sandbox's memory.
 *
 * @param memoryMb the guest memory's label
 * @param at the density to take them at; the largest measured if left out
 * @returns null where no snapshot of that runtime and guest memory could be read there
 */
export function sandboxCost(dataset: Dataset, runtime: string, memoryMb: number, at?: number): SandboxCost | null {
  const cells = dataset.memory.filter(
    cell => cell.runtime === runtime && cell.memoryMb === memoryMb && cell.components.length > 0 && cell.sandboxes > 0,
  );
  const density = at ?? Math.max(...cells.map(cell => cell.density));
  const there = cells.filter(cell => cell.density === density);
  if (there.length === 0) return null;
  const perSandbox = (total: (cell: MemoryCell) => number) => mean(there.map(cell => total(cell) / cell.sandboxes));
  const pss = (cell: MemoryCell, counts: (component: string) => boolean) =>
    cell.components.reduce((total, { component, pssKiB }) => total + (counts(component) ? pssKiB : 0), 0);

  const extra = dataset.runs.find(({ run }) => run === there[0]!.run)?.config.guestMemoryExtraMb;
  const trueGuestMb = typeof extra === "number" ? memoryMb + extra : null;
  const guest = `${trueGuestMb ?? memoryMb} MiB ${trueGuestMb === null ? "nominally" : "of guest memory"}`;
  const falls = there.flatMap(({ journal, sandboxes }) =>
    journal?.host == null ? [] : [journal.host.availableFallKiB / sandboxes],
  );
  return {
    density,
    trueGuestMb,
    models: [
      { model: "idle", perSandboxKiB: perSandbox(cell => pss(cell, () => true)), basis: `PSS at ${density}` },
      {
        model: "host",
        perSandboxKiB: falls.length === 0 ? null : mean(falls),
        basis: falls.length === 0 ? "MemAvailable was not recorded" : `decrease of MemAvailable at ${density}`,
      },
      {
        model: "committed",
        perSandboxKiB: (trueGuestMb ?? memoryMb) * 1024 + perSandbox(cell => pss(cell, name => !holdsGuest.test(name))),
        basis: `${guest} and the PSS of other processes at ${density}`,
      },
    ],
  };
}

/**
 * Returns how many sandboxes a host holds.
 *
 * @param bytes the host's memory less its reserve
 * @example sandboxesIn(384 * 2 ** 30, 308 * 1024) // 1276
 */
export function sandboxesIn(bytes: number, perSandboxKiB: number): number {
  return Math.max(0, Math.floor(bytes / (perSandboxKiB * 1024)));
}
