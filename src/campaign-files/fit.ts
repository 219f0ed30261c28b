import type { CellPlace, HostMemory } from "./events.js";

/** Why a ramp ended. */
export const stopRules = ["asked", "failed", "latency", "headroom", "pressure", "swap"] as const;

export type StopRule = (typeof stopRules)[number];

/** Something that sandboxes use up: what is used, and where it ends. */
export interface Bound {
  /** Such as `memory of the host`, or the control group or kernel setting that sets the limit. */
  readonly name: string;
  readonly unit: "KiB" | "pids" | "files";
  readonly used: number;
  readonly limit: number;
}

/** One step of a ramp: sandboxes were added, and all of them were looked at. */
export interface FitStep {
  /** Sandboxes ready after the step. */
  readonly density: number;
  readonly added: number;
  readonly failed: number;
  /** Cold starts of the step, ten at a time: quantiles in milliseconds; null if none ended well. */
  readonly latencyP50Ms: number | null;
  readonly latencyP99Ms: number | null;
  /** Sum of PSS over the sandboxes' processes. */
  readonly pssKiB: number;
  readonly host: HostMemory;
  readonly bounds: readonly Bound[];
  /** Share of the last 10 s in which some task waited for memory, in percent; null where the kernel does not count it. */
  readonly memoryPressure: number | null;
  /** Pages swapped in since the ramp began. */
  readonly swapIn: number;
  /** The whole host's CPU in a window in which the sandboxes were idle, in ticks of 10 ms. */
  readonly idle: { readonly busy: number; readonly total: number; readonly ms: number };
  readonly ms: number;
}

/** A ramp: sandboxes added in steps until a rule stopped it. */
export interface FitEvent extends CellPlace {
  readonly event: "fit";
  readonly at: string;
  readonly block: number;
  readonly position: number;
  readonly round: number;
  /** Sandboxes that fit: those of the last step in which none failed. */
  readonly fits: number;
  readonly rule: StopRule;
  /** The rule in words, with its numbers. */
  readonly why: string;
  readonly hostBefore: HostMemory;
  readonly boundsBefore: readonly Bound[];
  readonly idleBefore: FitStep["idle"];
  readonly steps: readonly FitStep[];
  readonly cleanupMs: number;
}
