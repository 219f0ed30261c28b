import type { FitEvent } from "../../campaign-files/index.js";
import { LabError } from "../../model/errors.js";
import type { Dataset } from "../datasets/dataset.js";
import { startGroups } from "../groups.js";
import { labelIn } from "../label-in.js";
import { estimateMean, type Interval } from "../stats/index.js";
import { type CapacityModel, sandboxCost, sandboxesIn } from "./models.js";
import { type RampCost, rampCost } from "./ramp-cost.js";

/** The question: how many sandboxes of a runtime fit on a host. */
export interface CapacityQuestion {
  readonly runtime: string;
  readonly hostBytes: number;
  /** Bytes that stay free for the host itself. */
  readonly reserveBytes: number;
  /** The label of a guest memory that was measured, in MB of 2²⁰ bytes; null to use only a ramp. */
  readonly memoryMb: number | null;
}

/** Cold starts on top of background sandboxes, as measured. */
export interface StartTime {
  readonly density: number;
  readonly concurrency: number;
  /** Mean makespan, its 95 % interval (null if there are too few rounds), and the number of rounds. */
  readonly meanMs: number;
  readonly interval: Interval | null;
  readonly n: number;
}

/** One model's answer. */
export interface ModelAnswer extends CapacityModel {
  readonly sandboxes: number | null;
  /**
   * The relative difference between the model's memory per sandbox and that of a ramp: 0.1 if the model's is 10 % larger. Null
   * without a ramp, and for the ramp itself.
   */
  readonly off: number | null;
}

/** The number of sandboxes that fit on a host: the question, the answer of each model, and the range of the answers. */
export interface Capacity extends CapacityQuestion {
  readonly dataset: string;
  /** The name of the runtime for people. */
  readonly label: string;
  readonly trueGuestMb: number | null;
  /** The largest number of sandboxes of this guest memory that ran at once; larger answers come from a model. */
  readonly measuredDensity: number;
  readonly models: readonly ModelAnswer[];
  /** The smallest and the largest number of sandboxes over the models for which there is data. */
  readonly range: readonly [least: number, most: number];
  /** At the measured densities; nothing is extrapolated. */
  readonly startTimes: readonly StartTime[];
}

/**
 * Returns the number of sandboxes that fit on a host by each model, with the cold-start times at the measured densities. A ramp of the
 * runtime is the best model, because it measured the memory that one more sandbox takes; the other models are compared with it.
 *
 * @param ramps the ramps of a fit campaign; by default the dataset's own
 * @throws LabError `RUND_CAPACITY`: of kind `input` if the dataset has neither memory of that runtime and guest memory nor a
 * ramp of it; of kind `usage` if the reserve is not smaller than the host's memory
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

function offBy({ model, perSandboxKiB }: CapacityModel, ramp: RampCost | null): number | null {
  const slope = ramp?.fit.perSandboxKiB ?? null;
  return slope === null || perSandboxKiB === null || model === "fit" || slope <= 0 ? null : perSandboxKiB / slope - 1;
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
        ? `memory of ${runtime}${memoryMb === null ? ", or a ramp of it" : ""}`
        : `memory of ${runtime} with a guest of ${memoryMb} MiB`,
    found: own.length === 0 ? `memory of ${runtimes}` : `guests of ${sizes} MiB`,
    hint:
      own.length === 0 && !ramped
        ? `name one of the measured runtimes, or measure ${runtime} with \`rund-lab run memory\``
        : ramped
          ? "rund-lab does not extrapolate: omit --guest-memory to use only the ramp"
          : "rund-lab does not extrapolate: choose a guest memory that was measured, or measure this one with `rund-lab run memory`",
  });
}
