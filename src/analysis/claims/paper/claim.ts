/**
 * How sure it is that the paper says so: A, from its abstract; H, several independent notes; M, one careful note; L, the
 * condition is unclear. M and L are judged all the same, but outside the headline count.
 */
export type Certainty = "A" | "H" | "M" | "L";

/** Whether the wording of a claim is sure: such claims are counted in the headline, the others apart from them. */
export const wordingIsSure = ({ certainty }: { readonly certainty: Certainty }): boolean =>
  certainty === "A" || certainty === "H";

export type Unit = "ms" | "s" | "MiB" | "MB" | "%" | "sandboxes" | "sandboxes/s";

/** A claimed value as it is printed: its digits say how far it was rounded. */
export interface Expected {
  readonly kind: "point" | "over" | "under";
  readonly printed: string;
  readonly unit: Unit;
}

export interface StartPlace {
  readonly experiment: "time" | "density";
  readonly runtime: string;
  readonly density: number;
  /** `each`: every concurrency that was measured, a reading each. */
  readonly concurrency: number | "each";
}

export interface MemoryPlace {
  readonly experiment: "memory";
  readonly runtime: string;
  /** The label, not the true guest memory. */
  readonly memoryMb: number;
  readonly density: number;
}

/** A cell of a micro experiment: one operation, one variant of it, so many at once. */
export interface OperationPlace {
  readonly experiment: "cgroups" | "rootfs";
  /** As the campaign names it, such as `v1`, `v1pool` or `devmapper`. */
  readonly variant: string;
  /** Operations at once. */
  readonly concurrency: number;
  /** Control groups or file systems that are made in all, where a claim says so. */
  readonly count?: number;
}

/** A statistic and the cells it is taken from. */
export type Quantity =
  | {
      readonly statistic: "mean makespan" | "median makespan" | "starts per second" | "CPU per sandbox";
      readonly at: StartPlace;
    }
  /** Sandboxes of an average round that were not ready so long after their own request. */
  | { readonly statistic: "still waiting"; readonly ms: number; readonly at: StartPlace }
  | { readonly statistic: "memory per sandbox"; readonly at: MemoryPlace }
  /** By how many percent the first is lower than the second. */
  | { readonly statistic: "reduction"; readonly of: Quantity; readonly against: Quantity }
  | { readonly statistic: "increase"; readonly of: Quantity; readonly over: Quantity }
  /** The time that one operation of a micro experiment takes, such as preparing a root file system; in ms. */
  | { readonly statistic: "time of an operation"; readonly at: OperationPlace }
  /** Sandboxes that were there at once. Fewer than `atLeast` show nothing: the campaign may have stopped there. */
  | {
      readonly statistic: "sandboxes at once";
      readonly runtime: string;
      readonly memoryMb: number;
      readonly atLeast: number;
    }
  /** Sandboxes that a host of so many bytes holds, by a model of what one costs (see analysis/capacity). */
  | {
      readonly statistic: "capacity";
      readonly model: "idle" | "committed" | "label and PSS";
      readonly runtime: string;
      readonly memoryMb: number;
      /** The density that the cost of one is taken at. */
      readonly density: number;
      readonly hostBytes: number;
    };

/** One way to understand a claim. */
export interface Reading {
  /** Completes "judged …": "as mean makespan at 200". */
  readonly name: string;
  readonly expected: Expected;
  readonly quantity: Quantity;
}

/** One value of a claim; a claim holds if all its parts do. */
export interface Part {
  /** What the part is about: "Kata-FC", "against Kata-QEMU"; empty for a claim of one value. */
  readonly of: string;
  /** The first is the primary one, which decides. */
  readonly readings: readonly [Reading, ...Reading[]];
  /** For a reduction: what it is a reduction of, where the paper states that value, too; in the quantity's unit. */
  readonly statedBaseline?: Expected;
}

/** A number that the paper states, and how it may be understood: every part of it must hold for the claim to hold. */
export interface Claim {
  readonly id: string;
  readonly section: string;
  /** In our own words. */
  readonly statement: string;
  /** Where the knowledge of the claim comes from. */
  readonly source: string;
  readonly certainty: Certainty;
  /** Empty where the artifact can hold no data for it. */
  readonly parts: readonly Part[];
  /** What it would take to judge it, where the artifact holds no data. */
  readonly needs?: string;
}
