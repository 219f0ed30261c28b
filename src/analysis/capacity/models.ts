import type { Dataset, MemoryCell } from "../datasets/dataset.js";
import { mean } from "../stats/index.js";

/** The memory that one sandbox costs a host, by one definition of "cost". */
export interface CapacityModel {
  /**
   * `idle`: the PSS of idle sandboxes. `host`: the decrease of the host's MemAvailable. `committed`: the guest's true memory, as
   * if each guest used all of it, plus the PSS of the other processes. `fit`: the MemAvailable that one more sandbox took in a
   * ramp.
   */
  readonly model: "fit" | "idle" | "host" | "committed";
  /** Null if the data lacks an input of the model. */
  readonly perSandboxKiB: number | null;
  /** The source of the number, or the reason why it is missing. */
  readonly basis: string;
}

/** The memory cost of a runtime's sandboxes with one guest memory, and the density at which it was measured. */
export interface SandboxCost {
  /** The density at which the models are computed. */
  readonly density: number;
  /** The guest's memory in MB (of 2²⁰ bytes), label plus extra; null if the run does not record it. */
  readonly trueGuestMb: number | null;
  readonly models: readonly CapacityModel[];
}

/** Processes whose memory is the guest's memory, so that it is not counted twice. */
const holdsGuest = /^(qemu|firecracker|cloud-hyp|dragonball|rund|vmm)/i;

/**
 * Returns the three models of a sandbox's memory.
 *
 * @param memoryMb the guest memory's label
 * @param at the density at which to compute them; by default the largest measured one
 * @returns null if no snapshot of that runtime and guest memory could be read there
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
  const guest = `${trueGuestMb ?? memoryMb} MiB of ${trueGuestMb === null ? "nominal " : ""}guest memory`;
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
 * Returns the number of sandboxes that fit on a host.
 *
 * @param bytes the host's memory minus its reserve
 * @example sandboxesIn(384 * 2 ** 30, 308 * 1024) // 1276
 */
export function sandboxesIn(bytes: number, perSandboxKiB: number): number {
  return Math.max(0, Math.floor(bytes / (perSandboxKiB * 1024)));
}
