import type { ExperimentSettings } from "../settings.js";

/** What stops a ramp, and the size of its steps. */
export interface FitRules {
  readonly step: number;
  /** The share by which each step grows the density; null for steps of equal size. */
  readonly growth: number | null;
  /** The share of every limit that must stay free. */
  readonly reserve: number;
  /** The largest p99 of a step's cold starts; null for none. */
  readonly latencyLimitMs: number | null;
  /** The largest share of the last 10 s in which some task waited for memory, in percent. */
  readonly pressureLimit: number;
}

/** Returns the rules for a campaign's settings. */
export const fitRules = ({
  step = 50,
  growth,
  reserve = 10,
  latencyLimit,
  pressureLimit = 10,
}: ExperimentSettings): FitRules => ({
  step,
  growth: growth === undefined ? null : growth / 100,
  reserve: reserve / 100,
  latencyLimitMs: latencyLimit === undefined ? null : latencyLimit * 1000,
  pressureLimit,
});
