import type { Cell, Slot } from "./cell.js";
import type { ExperimentSettings } from "./settings.js";

/** The cost of one visit. */
export interface VisitCost {
  /** Total number of sandboxes that are started. */
  readonly sandboxes: number;
  /** The largest number of sandboxes at one moment. */
  readonly atOnce: number;
  readonly ms: number;
  /** The memory and processes at the peak, for an experiment without sandboxes. */
  readonly needs?: { readonly memoryMiB: number; readonly pids: number };
}

/** The inputs of a visit's cost. */
export interface CostKnowledge {
  /** A recorded makespan in milliseconds, if there is one. */
  makespanMs(cell: Cell): number | undefined;
  /** Milliseconds of waiting and of windows around a round. */
  readonly aroundMs: number;
  /** A rehearsal's speed, otherwise 1. */
  readonly speed: number;
}

/** Estimates for cells without a recording, from runc, crun, gVisor and Kata on small machines; milliseconds. */
export const guess = { coldStart: 60, nextColdStart: 12, cleanup: 30, standing: 50, memorySettle: 3_000 };

/** Estimates the time to start standing sandboxes and to remove them at the end. */
export const standingMs = (density: number, { speed }: CostKnowledge): number =>
  (density * (guess.standing + guess.cleanup)) / speed;

/**
 * Returns the cost of a visit's rounds: makespan (recorded, or estimated from the concurrency), the windows around it, clean-up,
 * and one prewarm.
 */
export function roundsCost(slot: Slot, settings: ExperimentSettings, knowledge: CostKnowledge): VisitCost {
  const { makespanMs, aroundMs, speed } = knowledge;
  const concurrency = slot.concurrency ?? 0;
  const makespan = makespanMs(slot) ?? guess.coldStart + guess.nextColdStart * concurrency;
  const count = slot.rounds.length + settings.warmup;
  return {
    sandboxes: count * concurrency + 1,
    atOnce: slot.density + concurrency,
    ms: count * (makespan / speed + aroundMs + (concurrency * guess.cleanup) / speed),
  };
}
