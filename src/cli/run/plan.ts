import { experimentTable } from "../../measure/experiments/index.js";
import type { PlannedExperiment } from "../../measure/index.js";
import { counted } from "../../model/counted.js";
import { type Io, print, printJson } from "../terminal/io.js";
import { cellText } from "./cell-text.js";
import { detectionText } from "./detect.js";
import type { Target } from "./target.js";

/** Prints a plan: grid, cells, sandboxes, needs, expected duration and confounds. */
export function printPlan(io: Io, { plan, detections, where, ...target }: Target, json: boolean): void {
  const { cells, sandboxes, expectedSeconds, needs, fits, why, confounds } = plan;
  const untried = target.untried();
  if (json) {
    const limits = plan.experiments.flatMap(openLoopLimits);
    printJson(io, {
      cells,
      sandboxes,
      expectedSeconds,
      needs,
      fits,
      why,
      confounds,
      experiments: plan.settings.experiments,
      ...(limits.length > 0 && { limits }),
      ...(detections.length > 0 && { detections }),
      ...(untried.length > 0 && { untried }),
    });
    return;
  }
  const lines = plan.experiments.flatMap(planned => {
    const { settings, parts } = planned;
    const { experiment, runtimes, concurrency, density, memory, rounds, warmup, blocks, order, seed } = settings;
    const declared = experimentTable[experiment];
    const axes = [
      ...(memory.length > 0 ? [`memory ${memory.join(" ")} MB`] : []),
      ...(declared.axes.includes("density") ? [`density ${density.join(" ")}`] : []),
      ...(concurrency.length > 0 ? [`concurrency ${concurrency.join(" ")}`] : []),
      ...(settings.rate === undefined ? [] : [offered(settings.rate)]),
      ...(settings.arrivals?.startsWith("trace:") === true ? [settings.arrivals] : []),
    ];
    const first = parts[0]?.visits.slice(0, 4).map(cellText) ?? [];
    return [
      `${experiment}: ${runtimes.join(", ")} × ${axes.join(" × ")}`,
      `  ${declared.repeats ? counted(rounds, "repeat") : `${counted(rounds, "round")} in ${counted(blocks, "block")}`}, ${order}${order === "grid" ? "" : ` by seed ${seed}`}${warmup > 0 ? `, ${counted(warmup, "warm-up round")} before each visit` : ""}; begins with ${first.join(", ")}`,
      ...openLoopLimits(planned).map(
        ({ runtime, inFlight, alive, by }) =>
          `  ${runtime}: at most ${counted(inFlight, "start")} in flight and ${counted(alive, "sandbox")} alive (${by}); further starts are refused`,
      ),
    ];
  });
  print(
    io,
    [
      ...lines,
      ...detectionText(detections),
      `cells ${cells}, sandboxes ${sandboxes}`,
      `expected ${duration(expectedSeconds)}`,
      where === "the cluster"
        ? `needs room for ${counted(needs.sandboxes, "pod")} at once, which use about ${needs.memoryMiB} MiB of memory`
        : `needs about ${needs.memoryMiB} MiB of memory and ${needs.pids} pids at the peak`,
      ...(needs.committedMiB > needs.memoryMiB
        ? [`  this assumes idle guests; guests that use all of their memory need ${needs.committedMiB} MiB`]
        : []),
      fits ? `fits ${where}` : `does not fit ${where}:`,
      ...why.map(reason => `  ${reason}`),
      ...(untried.length > 0 ? ["not tried:", ...untried.map(each => `  ${each}`)] : []),
      ...(confounds.length > 0 ? ["confounds:", ...confounds.map(confound => `  ${confound}`)] : []),
      "",
    ].join("\n"),
  );
}

/** Returns the limits of an open loop for each runtime, and the reason for the limit on live sandboxes. */
function openLoopLimits({ settings, parts, room }: PlannedExperiment) {
  const { limits } = experimentTable[settings.experiment];
  if (limits === undefined) return [];
  return parts.flatMap(({ runtimes }) =>
    runtimes.map(runtime => {
      const fits = room(runtime);
      const { inFlight, alive } = limits(settings, fits?.sandboxes ?? null);
      const usual = fits === null ? "the default" : fits.by;
      return { runtime: runtime.id, inFlight, alive, by: settings.alive === undefined ? usual : "--alive" };
    }),
  );
}

const offered = (rate: readonly number[] | "search"): string =>
  rate === "search" ? "a search for the highest rate that is held" : `rate ${rate.join(" ")} a second`;

/**
 * Returns a duration for people.
 *
 * @example duration(75) // "1 min 15 s"
 * @example duration(7260) // "2 h 1 min"
 */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
