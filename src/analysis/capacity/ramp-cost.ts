import type { FitEvent } from "../../campaign-files/index.js";
import { mean, slope } from "../stats/index.js";
import type { CapacityModel } from "./models.js";

/** The memory cost of a sandbox by the ramps of a runtime, and the largest number of sandboxes that ran at once. */
export interface RampCost {
  readonly density: number;
  /** The slope of the used memory against the density. */
  readonly fit: CapacityModel;
  /** PSS, and decrease of MemAvailable, at the last step without a failed start, divided by the density as in a memory experiment. */
  readonly others: readonly CapacityModel[];
}

/**
 * Returns the memory that one more sandbox took in the ramps of a runtime: the slope of the host's used memory against the
 * density (least squares over the steps in which no start failed), as the mean over ramps.
 *
 * The slope leaves out costs that only the first sandboxes have; a decrease divided by the density includes them.
 *
 * @returns null if no ramp of the runtime has two such steps
 */
export function rampCost(ramps: readonly FitEvent[], runtime: string): RampCost | null {
  const own = ramps.flatMap(ramp => {
    const steps = ramp.steps.filter(({ failed, density }) => failed === 0 && density > 0);
    return ramp.runtime === runtime && steps.length > 1 ? [{ ...ramp, steps }] : [];
  });
  if (own.length === 0) return null;
  const density = Math.max(...own.map(({ steps }) => steps.at(-1)!.density));
  const fell = ({ hostBefore }: FitEvent, { host }: FitEvent["steps"][number]) =>
    hostBefore.memAvailableKiB - host.memAvailableKiB;
  const slopes = own.map(ramp => slope(ramp.steps.map(step => [step.density, fell(ramp, step)])));
  const atTop = (of: (ramp: FitEvent, top: FitEvent["steps"][number]) => number) =>
    mean(own.map(ramp => of(ramp, ramp.steps.at(-1)!) / ramp.steps.at(-1)!.density));
  const ramped = `${own.length === 1 ? "a ramp" : `${own.length} ramps`} to ${density}`;
  return {
    density,
    fit: { model: "fit", perSandboxKiB: mean(slopes), basis: `one more sandbox in ${ramped}` },
    others: [
      { model: "idle", perSandboxKiB: atTop((_, top) => top.pssKiB), basis: `PSS at the end of ${ramped}` },
      { model: "host", perSandboxKiB: atTop(fell), basis: `decrease of MemAvailable over ${ramped}` },
    ],
  };
}
