import type { FitEvent } from "../../campaign-files/index.js";
import { LabError } from "../../model/errors.js";
import type { Dataset } from "../datasets/dataset.js";
import { startGroups } from "../groups.js";
import { labelIn } from "../label-in.js";
import type { Interval } from "../stats/bootstrap-t.js";
import { estimateMean } from "../stats/estimate.js";
import { type CapacityModel, sandboxCost, sandboxesIn } from "./models.js";
import { type RampCost, rampCost } from "./ramp-cost.js";

/** What is asked: how many sandboxes of a runtime a host holds. */
export interface CapacityQuestion {
  readonly runtime: string;
  readonly hostBytes: number;
  /** Kept for the host itself. */
  readonly reserveBytes: number;
  /** The guest memory's label in MB of 2²⁰ bytes, one that was measured; null where a ramp is to answer alone. */
  readonly memoryMb: number | null;
}

/** Cold starts on top of background sandboxes, as measured. */
export interface StartTime {
  readonly density: number;
  readonly concurrency: number;
  /** Mean makespan, its 95 % interval (null where there are too few rounds), and rounds. */
  readonly meanMs: number;
  readonly interval: Interval | null;
  readonly n: number;
}

/** One model's answer. */
export interface ModelAnswer extends CapacityModel {
  readonly sandboxes: number | null;
  /** By which share the model puts a sandbox above what it took in a ramp; null without a ramp, and for the ramp itself. */
  readonly off: number | null;
}

/** How many sandboxes a host holds: the question, each model's answer, and the range between them. */
export interface Capacity extends CapacityQuestion {
  readonly dataset: string;
  /** The name of the runtime for people. */
  readonly label: string;
  readonly trueGuestMb: number | null;
  /** The most sandboxes of this guest memory that were there at once: beyond it every answer is a model's. */
  readonly measuredDensity: number;
  readonly models: readonly ModelAnswer[];
  /** The least and the most sandboxes, over the models that the data carries: the answer. */
  readonly range: readonly [least: number, most: number];
  /** At the densities that were measured; nothing is extrapolated. */
  readonly startTimes: readonly StartTime[];
}

/**
 * Returns how many sandboxes a host holds, by each model side by side, with the cold-start times at the densities that
 * were measured. A ramp of the runtime is the best model: it says what one sandbox more really took, so the others are
 * compared with it.
 *
 * @param ramps of a fit campaign; the dataset's own if left out
 * @throws LabError `RUND_CAPACITY` of kind `input` where there is neither memory of that runtime and guest memory nor a ramp of
 *   it; of kind `usage` where the reserve leaves nothing of the host
 */
export function capacity(
  dataset: Dataset,
  question: CapacityQuestion,
  ramps: readonly FitEvent[] = dataset.fits ?? [],
): Capacity {
  const { runtime, hostBytes, reserveBytes, memoryMb } = question;
  if (!(hostBytes > reserveBytes)) {
    throw new LabError("RUND_CAPACITY", "usage", "the reserve is not smaller than the host's memory", {
      hint: "--host-memory must be larger than --reserve",
    });
  }
  const cost = memoryMb === null ? null : sandboxCost(dataset, runtime, memoryMb);
  const ramp = rampCost(ramps, runtime);
  if (cost === null && (memoryMb !== null || ramp === null))
    throw notMeasured(dataset, runtime, memoryMb, ramp !== null);
  const own = cost?.models ?? ramp!.others;
  const models = [...(ramp === null ? [] : [ramp.fit]), ...own].map(model => {
    const { perSandboxKiB } = model;
    const sandboxes = perSandboxKiB === null ? null : sandboxesIn(hostBytes - reserveBytes, perSandboxKiB);
    return { ...model, sandboxes, off: offBy(model, ramp) };
  });
  const answers = models.flatMap(({ sandboxes }) => sandboxes ?? []);
  return {
    ...question,
    dataset: dataset.name,
    label: labelIn(dataset, runtime),
    trueGuestMb: cost?.trueGuestMb ?? null,
    measuredDensity: Math.max(cost?.density ?? 0, ramp?.density ?? 0),
    models,
    range: [Math.min(...answers), Math.max(...answers)],
    startTimes: startTimes(dataset, runtime),
  };
}

/** Returns how far a model lies from what the ramp took; null without a ramp, and for the ramp itself. */
function offBy({ model, perSandboxKiB }: CapacityModel, ramp: RampCost | null): number | null {
  const took = ramp?.fit.perSandboxKiB ?? null;
  return took === null || perSandboxKiB === null || model === "fit" || took <= 0 ? null : perSandboxKiB / took - 1;
}

function startTimes(dataset: Dataset, runtime: string): readonly StartTime[] {
  return startGroups(dataset)
    .filter(group => group.runtime === runtime && group.makespansMs.length > 0)
    .map(group => {
      const { experiment, density, concurrency } = group;
      const seed = `capacity/${experiment}/${density}/${concurrency}`;
      const { value, interval, n } = estimateMean(group.makespansMs, seed);
      return { density, concurrency, meanMs: value, interval, n };
    })
    .sort((a, b) => a.density - b.density || a.concurrency - b.concurrency);
}

function notMeasured(dataset: Dataset, runtime: string, memoryMb: number | null, ramped: boolean): LabError {
  const own = dataset.memory.filter(cell => cell.runtime === runtime);
  const list = (values: readonly (string | number)[]) => [...new Set(values)].join(", ");
  const sizes = list(own.map(cell => cell.memoryMb).sort((a, b) => a - b));
  const runtimes = list(dataset.memory.map(cell => cell.runtime)) || "none";
  return new LabError("RUND_CAPACITY", "input", "", {
    where: dataset.name,
    expected:
      own.length === 0 || memoryMb === null
        ? `memory of ${runtime}${memoryMb === null ? ", or a ramp of it without --guest-memory" : ""}`
        : `memory of ${runtime} with a guest of ${memoryMb} MiB`,
    found: own.length === 0 ? `memory of ${runtimes}` : `guests of ${sizes} MiB`,
    hint: ramped
      ? "rund-lab does not extrapolate: omit --guest-memory to use only the ramp"
      : "rund-lab does not extrapolate: choose a guest memory that was measured, or measure this one with `rund-lab run memory`",
  });
}
