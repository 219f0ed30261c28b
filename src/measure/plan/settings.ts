import { hash } from "node:crypto";
import { z } from "zod";
import { LabError } from "../../model/errors.js";
import { type Experiment, experimentNames } from "../../model/experiment.js";
import { shareOf } from "../../model/percent.js";
import { experimentTable } from "../experiments/index.js";
import { type SettingName, settingNames, settingRule } from "../experiments/setting-rules.js";
import { type ExperimentSettings, type ExperimentWishes, wrongSetting } from "../experiments/settings.js";
import { checkWorkload } from "../experiments/workload.js";
import type { ClusterSettings } from "../kubernetes/service.js";
import type { ProcessPattern, RuntimeDeclaration } from "../runtimes/runtime.js";
import { listOf, settingSchema } from "./setting-schema.js";

/** The settings that determine a campaign's measurements. Two campaigns with equal settings have equal digests. */
export interface CampaignSettings {
  /** The name in the campaign file. */
  readonly name: string | null;
  readonly experiments: readonly ExperimentSettings[];
  /**
   * The full declarations of runtimes that are not among the declared ones, or are declared differently, so that a resumed
   * campaign needs no other file.
   */
  readonly custom: readonly CustomRuntime[];
  /** The choices for a Kubernetes cluster; undefined for a CRI service. */
  readonly cluster?: ClusterSettings;
}

/** A runtime's declaration as JSON, in which patterns are texts; without its colour, which changes no measurement. */
type CustomRuntime = Omit<RuntimeDeclaration, "processes" | "colour"> & {
  readonly processes: readonly { readonly component: ProcessPattern["component"]; readonly pattern: string }[];
};

/** Returns a runtime's declaration as JSON, for the manifest. */
export const toCustom = ({ colour: _, processes, ...runtime }: RuntimeDeclaration): CustomRuntime => ({
  ...runtime,
  processes: processes.map(({ component, pattern }) => ({ component, pattern: pattern.source })),
});

/** Returns a runtime's declaration from the manifest's JSON. */
export const fromCustom = (runtime: CustomRuntime): RuntimeDeclaration => ({
  ...runtime,
  processes: runtime.processes.map(({ component, pattern }) => ({ component, pattern: new RegExp(pattern) })),
});

/** Defaults; an axis that an experiment does not have is empty, or [0] for density. */
const usual = {
  concurrency: [],
  density: [0],
  memory: [],
  warmup: 0,
  blocks: 5,
  seed: 1,
  timeout: 300,
  prepare: null,
  order: "shuffled",
} as const;

/**
 * Values that are left out of the settings if they are the default, so that the digests of campaigns from earlier versions stay
 * valid.
 */
const leftOut: Readonly<Record<string, unknown>> = {
  until: "sandbox",
  network: "node",
  pull: false,
  withContainer: false,
  seccomp: false,
};

/**
 * Checks requested settings and fills in the defaults.
 *
 * @throws LabError of kind `usage`: `RUND_SETTING` for a value that is out of range or named twice, `RUND_SETTING_UNUSED` for an
 * axis that the experiment does not have, `RUND_NO_RUNTIME`
 * @example experimentSettings({ experiment: "time", runtimes: ["runc"] }).concurrency // [1, 10, 20, 50, 100]
 * @example experimentSettings({ experiment: "time", runtimes: ["runc"], rounds: 3 }).blocks // 3
 */
export function experimentSettings(wishes: ExperimentWishes): ExperimentSettings {
  const { experiment } = wishes;
  const { usual: own, repeats } = experimentTable[experiment];
  const given = Object.fromEntries(
    Object.entries(wishes).filter(([name, value]) => value !== undefined && value !== leftOut[name]),
  );
  for (const name of settingNames) if (name in given) checkSetting(experiment, name, given[name]);
  const filled: ExperimentSettings = {
    ...usual,
    ...own,
    ...(given.untilDecided === undefined ? {} : usualSequence(given)),
    runtimes: [],
    ...(given as Partial<ExperimentSettings>),
    experiment,
  };
  if (filled.runtimes.length === 0) {
    throw new LabError("RUND_NO_RUNTIME", "usage", "no runtime is named", {
      where: "--runtime",
      hint: "such as --runtime runc,runsc; `rund-lab doctor` lists the runtimes that this machine can run",
    });
  }
  check("runtime", listOf(z.string(), "runtime"), filled.runtimes);
  checkWorkload(filled);
  checkSequence(filled);
  experimentTable[experiment].check?.(filled);
  // each repeat starts from an empty machine, so it is a block of its own
  const blocks = repeats ? filled.rounds : filled.order === "grid" ? 1 : filled.blocks;
  return { ...filled, blocks: Math.min(blocks, filled.rounds) };
}

/** Returns the default size of a comparison that ends when it is decided: many short blocks, because it ends after a block. */
function usualSequence(given: Readonly<Record<string, unknown>>): Pick<ExperimentSettings, "blocks" | "rounds"> {
  const blocks = typeof given.blocks === "number" ? given.blocks : 40;
  return { blocks, rounds: 2 * blocks };
}

/** Makes sure that a comparison can be decided. @throws LabError `RUND_SETTING` */
function checkSequence({ untilDecided, runtimes, order, blocks, rounds }: ExperimentSettings): void {
  if (untilDecided === undefined) return;
  shareOf(untilDecided, "untilDecided");
  const refuse = (expected: string, found: string) => {
    throw wrongSetting("untilDecided", expected, found);
  };
  if (runtimes.length < 2) refuse("two or more runtimes to compare", runtimes.join(", "));
  if (order === "grid") refuse("--order shuffled, so that the runtimes take turns within each block", "grid");
  if (Math.min(blocks, rounds) < 5)
    refuse("a limit of five or more blocks with a round each", `${blocks} blocks, ${rounds} rounds`);
}

/** Whether an experiment takes a setting. */
export function takesSetting(experiment: Experiment, name: SettingName): boolean {
  const { axes, takes } = experimentTable[experiment];
  return settingRule(name).shared || [...axes, ...takes].includes(name);
}

/** Returns the next step for a setting that an experiment does not take. */
export function otherwiseTaken(experiment: Experiment, name: SettingName): string {
  const takers = experimentNames.filter(each => takesSetting(each, name));
  return `its grid is ${experimentTable[experiment].axes.join(" × ")}; ${name} belongs to ${takers.join(", ")}`;
}

function checkSetting(experiment: Experiment, name: SettingName, value: unknown): void {
  const rule = settingRule(name);
  if (!takesSetting(experiment, name)) {
    throw new LabError("RUND_SETTING_UNUSED", "usage", `the ${experiment} experiment has no ${name}`, {
      where: name,
      hint: otherwiseTaken(experiment, name),
    });
  }
  check(name, settingSchema(rule), value);
  const { leastDensity = 0 } = experimentTable[experiment];
  const few = name === "density" ? (value as readonly number[]).find(each => each < leastDensity) : undefined;
  if (few !== undefined) throw wrongSetting(name, `a whole number from ${leastDensity}`, String(few));
}

/** Checks a value against a schema. @throws LabError `RUND_SETTING` */
function check(where: string, schema: z.ZodType, value: unknown): void {
  const issue = schema.safeParse(value).error?.issues[0];
  if (issue === undefined) return;
  // a value that may be a word or numbers is reported as wrong numbers
  const { message } = issue.code === "invalid_union" ? issue.errors.at(-1)![0]! : issue;
  throw new LabError("RUND_SETTING", "usage", message, { where });
}

/** Returns the SHA-256 of settings in hex: equal for equal plans, even if the order of their keys differs. */
export function settingsDigest(settings: unknown): string {
  const sorted = (_: string, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return hash("sha256", JSON.stringify(settings, sorted));
}
