import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Detection } from "../../analysis/compare/index.js";
import { experimentTable } from "../../measure/experiments/index.js";
import type { ContainerdInUse, Plan, PlannedExperiment, ScriptSection } from "../../measure/index.js";
import { type Io, print, printJson } from "../terminal/io.js";
import { detectionText } from "./detect.js";

/**
 * Prints a plan: grid, cells, sandboxes, what it needs, how long it takes, and its confounds.
 *
 * @param detections how `--detect` chose the rounds
 * @param untried what a plan cannot know, because it starts nothing
 * @param where what the plan must fit
 */
export function printPlan(
  io: Io,
  plan: Plan,
  json: boolean,
  detections: readonly Detection[] = [],
  untried: readonly string[] = [],
  where: "this machine" | "the cluster" = "this machine",
): void {
  const { cells, sandboxes, expectedSeconds, needs, fits, why, confounds } = plan;
  if (json) {
    const experiments = plan.settings.experiments;
    const document = { cells, sandboxes, expectedSeconds, needs, fits, why, confounds, experiments };
    const limits = plan.experiments.flatMap(openLoopLimits);
    printJson(io, {
      ...document,
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
    const first = parts[0]?.visits
      .slice(0, 4)
      .map(({ runtime, density, concurrency, memoryMb, rate }) =>
        [
          runtime,
          ...(density > 0 ? [`density ${density}`] : []),
          ...(concurrency === null ? [] : [concurrency]),
          ...(memoryMb === null ? [] : [`${memoryMb} MB`]),
          ...(rate === undefined ? [] : [`${rate} a second`]),
        ].join(" "),
      );
    return [
      `${experiment}: ${runtimes.join(", ")} × ${axes.join(" × ")}`,
      `  ${declared.repeats ? counted(rounds, "repeat") : `${counted(rounds, "round")} in ${counted(blocks, "block")}`}, ${order}${order === "grid" ? "" : ` by seed ${seed}`}${warmup > 0 ? `, ${counted(warmup, "warm-up round")} before each visit` : ""}; begins with ${first?.join(", ")}`,
      ...limitsText(openLoopLimits(planned)),
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
        ? `needs room for ${needs.sandboxes} pods at once, which use about ${needs.memoryMiB} MiB of memory`
        : `needs about ${needs.memoryMiB} MiB of memory and ${needs.pids} pids at the peak`,
      ...(needs.committedMiB > needs.memoryMiB
        ? [`  this assumes idle guests; if each used all of its memory, ${needs.committedMiB} MiB`]
        : []),
      fits ? `fits ${where}` : `does not fit ${where}:`,
      ...why.map(reason => `  ${reason}`),
      ...(untried.length > 0 ? ["not tried:", ...untried.map(each => `  ${each}`)] : []),
      ...(confounds.length > 0 ? ["confounds:", ...confounds.map(confound => `  ${confound}`)] : []),
      "",
    ].join("\n"),
  );
}

/** Returns the limits of an open loop for each runtime, and the reason for the limit on living sandboxes. */
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

const limitsText = (limits: ReturnType<typeof openLoopLimits>): readonly string[] =>
  limits.map(
    ({ runtime, inFlight, alive, by }) =>
      `  ${runtime}: at most ${inFlight} starts in flight and ${alive} sandboxes alive (${by}); further starts are refused`,
  );

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

const offered = (rate: readonly number[] | "search"): string =>
  rate === "search" ? "a search for the highest rate that is held" : `rate ${rate.join(" ")} a second`;

/**
 * Prints the changes that a plan makes to the machine, and how to undo them, as a shell script.
 *
 * @param containerd null if its config is unknown; undefined for a rehearsal, which changes nothing
 */
export async function printShell(
  io: Io,
  plan: Plan,
  containerd: ContainerdInUse | null | undefined,
  json: boolean,
): Promise<void> {
  const { shellScript } = await import("../../measure/index.js");
  const sections = containerd === undefined ? [{ title: "a rehearsal", steps: [] }] : await changes(plan, containerd);
  const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  const socket = containerd == null ? undefined : socketOf(containerd);
  const script = shellScript(sections, read, "/var/lib/rund-lab/changes", socket);
  if (json) printJson(io, { script });
  else io.stdout.write(script);
}

const socketOf = ({ service }: ContainerdInUse): string =>
  "unit" in service ? service.socket : join(service.folder, "containerd.sock");

/** Returns the steps before and after each part of a plan is measured, and the steps that are repeated during it. */
async function changes(plan: Plan, containerd: ContainerdInUse | null): Promise<ScriptSection[]> {
  const { guestMemorySteps, stepsFor, undoSteps } = await import("../../measure/index.js");
  return plan.experiments.flatMap(({ settings: { experiment, memory, prepare }, parts }) =>
    parts.flatMap(({ runtimes }) => {
      const names = runtimes.map(({ id }) => id).join(", ");
      const before = stepsFor(runtimes, { containerd, snapshotter: null });
      const snapshots: ScriptSection[] = memory.flatMap(label =>
        runtimes.map(runtime => ({
          title: `memory: before each snapshot of ${runtime.id} at ${label} MB`,
          steps: guestMemorySteps(runtime, label),
        })),
      );
      const rounds: ScriptSection[] =
        prepare === null || experimentTable[experiment].repeats
          ? []
          : [
              {
                title: `${experiment}: before each round of ${names}`,
                steps: [{ kind: "command", argv: ["sh", "-c", prepare], mayFail: true }],
              },
            ];
      const all = [...before, ...snapshots.flatMap(({ steps }) => steps)];
      return [
        { title: `${experiment}: before measuring ${names}`, steps: before },
        ...snapshots,
        ...rounds,
        { title: `${experiment}: after measuring ${names}`, steps: undoSteps(all) },
      ];
    }),
  );
}

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
