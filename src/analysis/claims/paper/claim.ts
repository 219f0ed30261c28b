/**
 * The certainty of a claim's wording: A, from the paper's abstract; H, several independent notes; M, one careful note; L, the
 * condition is unclear. M and L are judged as well, but not counted in the headline.
 */
export type Certainty = "A" | "H" | "M" | "L";

/** Whether the wording of a claim is sure. The headline counts such claims, and lists the others separately. */
export const wordingIsSure = ({ certainty }: { readonly certainty: Certainty }): boolean =>
  certainty === "A" || certainty === "H";

export type Unit = "ms" | "s" | "MiB" | "MB" | "%" | "sandboxes" | "sandboxes/s";

/** A claimed value as the paper prints it; its digits show how far it was rounded. */
export interface Expected {
  readonly kind: "point" | "over" | "under";
  readonly printed: string;
  readonly unit: Unit;
}

/** A cell of the time or density experiment. */
export interface StartPlace {
  readonly experiment: "time" | "density";
  readonly runtime: string;
  readonly density: number;
  /** `each`: one reading for every concurrency that was measured. */
  readonly concurrency: number | "each";
}

/** A cell of the memory experiment. */
export interface MemoryPlace {
  readonly experiment: "memory";
  readonly runtime: string;
  /** The label, not the guest's true memory. */
  readonly memoryMb: number;
  readonly density: number;
}

/** A cell about which a claim can be made: its runtime, and its place in the grid. */
export type Place = StartPlace | MemoryPlace;

/** A cell of a micro experiment: a variant, and the number of operations at once. */
export interface OperationPlace {
  readonly experiment: "cgroups" | "rootfs";
  /** As the campaign names it, such as `v1`, `v1pool` or `devmapper`. */
  readonly variant: string;
  readonly concurrency: number;
  /** Total number of control groups or file systems, if the claim states it. */
  readonly count?: number;
}

/** A statistic, and the cells from which it is computed. */
export type Quantity =
  | {
      readonly statistic: "mean makespan" | "median makespan" | "starts per second" | "CPU per sandbox";
      readonly at: StartPlace;
    }
  /** Number of sandboxes of an average round that were not ready `ms` milliseconds after their own request. */
  | { readonly statistic: "still waiting"; readonly ms: number; readonly at: StartPlace }
  | { readonly statistic: "memory per sandbox"; readonly at: MemoryPlace }
  /** The percentage by which the first is lower than the second. */
  | { readonly statistic: "reduction"; readonly of: Quantity; readonly against: Quantity }
  | { readonly statistic: "increase"; readonly of: Quantity; readonly over: Quantity }
  /** The time of one operation of a micro experiment, such as preparing a root file system; in ms. */
  | { readonly statistic: "time of an operation"; readonly at: OperationPlace }
  /** Number of sandboxes that ran at once. Fewer than `atLeast` prove nothing, because the campaign may have stopped there. */
  | {
      readonly statistic: "sandboxes at once";
      readonly runtime: string;
      readonly memoryMb: number;
      readonly atLeast: number;
    }
  /** Number of sandboxes that fit on a host of `hostBytes`, by a model of a sandbox's cost (see analysis/capacity). */
  | {
      readonly statistic: "capacity";
      readonly model: "idle" | "committed" | "label and PSS";
      readonly runtime: string;
      readonly memoryMb: number;
      /** The density at which the cost of one sandbox is computed. */
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
  /** The subject of the part: "Kata-FC", "against Kata-QEMU"; empty if the claim has one value. */
  readonly of: string;
  /** The first is the primary one, which decides. */
  readonly readings: readonly [Reading, ...Reading[]];
  /** The baseline of a reduction, if the paper states its value, in the quantity's unit. */
  readonly statedBaseline?: Expected;
}

/** A number that the paper states, and how it may be understood. The claim holds if all of its parts do. */
export interface Claim {
  readonly id: string;
  readonly section: string;
  /** In our own words. */
  readonly statement: string;
  /** The source of the claim, such as the abstract or a reader's notes. */
  readonly source: string;
  readonly certainty: Certainty;
  /** Empty if the artifact cannot have data for the claim. */
  readonly parts: readonly Part[];
  /** The data that a verdict needs and the artifact does not have. */
  readonly needs?: string;
}
