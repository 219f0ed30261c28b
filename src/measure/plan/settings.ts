import { createHash } from "node:crypto";
import { LabError } from "../../model/errors.js";
import type { Experiment } from "../../model/experiment.js";
import type { ProcessPattern, RuntimeDeclaration } from "../runtimes/runtime.js";

/** Every experiment, in the paper's order. */
export const experimentKinds: readonly Experiment[] = ["time", "memory", "density"];

/** One experiment as it will be run: everything that decides which rounds are measured, and how. */
export interface ExperimentSettings {
  readonly experiment: Experiment;
  /** Ids, in the order they were named. */
  readonly runtimes: readonly string[];
  /** Clients in a round; empty in the memory experiment. */
  readonly concurrency: readonly number[];
  /** Background sandboxes, or the sandboxes to measure in the memory experiment; [0] in the time experiment. */
  readonly density: readonly number[];
  /** Guest memory labels in MB; empty but in the memory experiment. */
  readonly memory: readonly number[];
  /** Rounds of each cell; in the memory experiment repeats of the whole, each from empty. */
  readonly rounds: number;
  /** Rounds before a cell's first in each block, kept in the events and in no table. */
  readonly warmup: number;
  /** Parts over which the rounds are spread; every cell is visited once in each. */
  readonly blocks: number;
  /** `shuffled` mixes runtimes and cells within a block; `grid` measures one cell after another, as the original did. */
  readonly order: "shuffled" | "grid";
  readonly seed: number;
  /** Seconds until a cold start is given up. */
  readonly timeout: number;
  /** A shell command run before every round; null for none. */
  readonly prepare: string | null;
}

/** All that decides what a campaign measures. Two campaigns of equal settings have equal digests. */
export interface CampaignSettings {
  /** What the campaign file calls it. */
  readonly name: string | null;
  readonly experiments: readonly ExperimentSettings[];
  /** Runtimes that are not among the declared ones, or not as declared, in full: a resumed campaign needs no more. */
  readonly custom: readonly CustomRuntime[];
}

/** A runtime's declaration as JSON has it: patterns are texts. */
export type CustomRuntime = Omit<RuntimeDeclaration, "processes"> & {
  readonly processes: readonly { readonly component: ProcessPattern["component"]; readonly pattern: string }[];
};

/** A runtime's declaration as JSON can hold it, for the manifest. */
export const toCustom = (runtime: RuntimeDeclaration): CustomRuntime => ({
  ...runtime,
  processes: runtime.processes.map(({ component, pattern }) => ({ component, pattern: pattern.source })),
});

/** A runtime's declaration as the manifest of a campaign holds it, made whole again. */
export const fromCustom = (runtime: CustomRuntime): RuntimeDeclaration => ({
  ...runtime,
  processes: runtime.processes.map(({ component, pattern }) => ({ component, pattern: new RegExp(pattern) })),
});

/** What was asked for: the rest is filled in by `experimentSettings`. */
export type ExperimentWishes = { readonly experiment: Experiment } & {
  readonly [Key in Exclude<keyof ExperimentSettings, "experiment">]?: ExperimentSettings[Key] | undefined;
};

/** Whole numbers each setting may have. */
export const ranges: Readonly<Record<string, readonly [least: number, most: number]>> = {
  concurrency: [1, 10_000],
  density: [1, 100_000],
  memory: [1, 1_048_576],
  rounds: [1, 100_000],
  warmup: [0, 1_000],
  blocks: [1, 1_000],
  seed: [0, 2 ** 32 - 1],
  timeout: [1, 86_400],
};

const usual = { warmup: 0, blocks: 5, order: "shuffled", seed: 1, timeout: 300, prepare: null } as const;

const usualGrid: Readonly<
  Record<Experiment, Pick<ExperimentSettings, "concurrency" | "density" | "memory" | "rounds">>
> = {
  time: { concurrency: [1, 10, 20, 50, 100], density: [0], memory: [], rounds: 10 },
  memory: { concurrency: [], density: [1, 10, 50, 100], memory: [128], rounds: 1 },
  density: { concurrency: [1, 10, 50], density: [100], memory: [], rounds: 10 },
};

/** Which axes an experiment's grid has. */
export const axes: Readonly<Record<Experiment, readonly string[]>> = {
  time: ["concurrency"],
  memory: ["memory", "density"],
  density: ["density", "concurrency"],
};

/**
 * Fills wishes up with what is usual and checks them.
 *
 * @throws LabError of kind `usage`: `RUND_SETTING` for a value out of range or named twice, `RUND_SETTING_UNUSED` for an
 *   axis the experiment does not have, `RUND_NO_RUNTIME`
 * @example experimentSettings({ experiment: "time", runtimes: ["runc"] }).concurrency // [1, 10, 20, 50, 100]
 * @example experimentSettings({ experiment: "time", runtimes: ["runc"], rounds: 3 }).blocks // 3
 */
export function experimentSettings(wishes: ExperimentWishes): ExperimentSettings {
  const { experiment } = wishes;
  for (const axis of ["concurrency", "density", "memory"] as const) {
    const values = wishes[axis];
    if (values === undefined) continue;
    if (!axes[experiment].includes(axis)) {
      throw new LabError("RUND_SETTING_UNUSED", "usage", `the ${experiment} experiment has no ${axis}`, {
        where: axis,
        hint: `its grid is ${axes[experiment].join(" × ")}`,
      });
    }
    if (values.length === 0)
      throw new LabError("RUND_SETTING", "usage", "", { where: axis, expected: "at least one number", found: "none" });
    for (const value of values) checkRange(axis, value);
    refuseTwice(axis, values);
  }
  const given = Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
  const filled: ExperimentSettings = {
    ...usual,
    ...usualGrid[experiment],
    runtimes: [],
    ...(given as Partial<ExperimentSettings>),
    experiment,
  };
  for (const name of ["rounds", "warmup", "blocks", "seed", "timeout"] as const) checkRange(name, filled[name]);
  if (filled.runtimes.length === 0) {
    throw new LabError("RUND_NO_RUNTIME", "usage", "no runtime is named", {
      where: "--runtime",
      hint: "such as --runtime runc,runsc; `rund-lab doctor` lists what this machine can run",
    });
  }
  refuseTwice("runtime", filled.runtimes);
  // a memory repeat is a block of its own: each starts from empty
  const blocks = experiment === "memory" ? filled.rounds : filled.order === "grid" ? 1 : filled.blocks;
  return { ...filled, blocks: Math.min(blocks, filled.rounds) };
}

/** @throws LabError `RUND_SETTING` */
function checkRange(name: string, value: number): void {
  const [least, most] = ranges[name]!;
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    const found = String(value);
    throw new LabError("RUND_SETTING", "usage", "", {
      where: name,
      expected: `a whole number from ${least} to ${most}`,
      found,
    });
  }
}

function refuseTwice(where: string, values: readonly (string | number)[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined)
    throw new LabError("RUND_SETTING", "usage", "", { where, expected: "each value once", found: `${twice} twice` });
}

/** SHA-256 of settings in hex: equal for equal plans, whatever order their keys were written in. */
export function settingsDigest(settings: unknown): string {
  const sorted = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash("sha256").update(JSON.stringify(settings, sorted)).digest("hex");
}
