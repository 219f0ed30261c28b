import { resolve } from "node:path";
import type { Detection } from "../../analysis/compare/index.js";
import { type SettingName, settingNames } from "../../measure/experiments/setting-rules.js";
import type { ExperimentSettings, ExperimentWishes } from "../../measure/experiments/settings.js";
import {
  type CampaignSettings,
  runtimes as declared,
  defaultEndpoint,
  experimentSettings,
  experimentTable,
  findRuntime,
  fromCustom,
  type RuntimeDeclaration,
  readCampaignFile,
  readRuntimeFile,
  toCustom,
} from "../../measure/index.js";
import { LabError } from "../../model/errors.js";
import { type Experiment, experimentNames } from "../../model/experiment.js";
import type { Io } from "../terminal/io.js";
import { flagOf } from "../terminal/option-value.js";
import { type DetectOptions, detectionsFor, withDetected } from "./detect.js";

/** The options of `run` that determine what is measured: one for each setting, and a few others. */
export type SettingOptions = DetectOptions & {
  readonly campaign?: string;
  readonly runtime?: readonly string[];
  readonly endpoint?: string;
  readonly handler?: string;
  readonly runtimeFile?: string;
} & { readonly [Name in SettingName]?: ExperimentSettings[Name] };

/** The names of the experiments in a sentence: "time, memory or density". */
export const kinds = `${experimentNames.slice(0, -1).join(", ")} or ${experimentNames.at(-1)}`;

/** The settings of a campaign, and every runtime in them. */
export interface RunSettings {
  readonly settings: CampaignSettings;
  readonly runtimes: readonly RuntimeDeclaration[];
  /** The computations of `--detect`; empty without it. */
  readonly detections: readonly Detection[];
}

/**
 * Returns the settings for the options: an experiment with options, a campaign file overridden by options, or those of a resumed
 * campaign.
 *
 * @param begun the settings of the campaign that is resumed
 * @param ofCluster the runtimes behind the RuntimeClasses of a cluster
 * @throws LabError of kind `usage` or `input`
 */
export async function runSettings(
  io: Io,
  experiment: Experiment | undefined,
  options: SettingOptions,
  begun: CampaignSettings | undefined,
  ofCluster: readonly RuntimeDeclaration[] = [],
): Promise<RunSettings> {
  const asked = experiment !== undefined || options.campaign !== undefined;
  if (!asked && begun !== undefined) return resumedSettings(begun, options);
  if (experiment !== undefined && options.campaign !== undefined) {
    throw new LabError("RUND_RUN_WHAT", "usage", `${experiment} and --campaign cannot be combined`, {
      hint: "the campaign file says which experiments to run",
    });
  }
  const file = options.campaign === undefined ? null : readCampaignFile(resolve(io.cwd, options.campaign));
  const wished: readonly ExperimentWishes[] = file?.experiments ?? (experiment === undefined ? [] : [{ experiment }]);
  if (wished.length === 0) {
    throw new LabError("RUND_RUN_WHAT", "usage", "nothing to run", {
      expected: `${kinds}, --campaign FILE or --resume DIR`,
      hint: "such as `rund-lab run time --runtime runc,runsc --plan`",
    });
  }

  const custom = [...ofCluster, ...customRuntimes(io, options)];
  const named = options.runtime ?? (custom.length > 0 ? custom.map(({ id }) => id) : undefined);
  const over = Object.fromEntries(
    settingNames.flatMap(name => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
  const wishedFor: ExperimentSettings[] = [];
  for (const wish of wished) {
    const { subjects } = experimentTable[wish.experiment];
    const ids = named ?? wish.runtimes ?? (await subjects?.here(options.endpoint ?? defaultEndpoint()));
    wishedFor.push(experimentSettings({ ...wish, ...over, runtimes: ids }));
  }
  const detections = await detectionsFor(io, options, wishedFor);
  const experiments = wishedFor.map(each => withDetected(each, detections));
  const ids = [...new Set(experiments.flatMap(each => each.runtimes))];
  const fromFile = named === undefined ? file : null;
  const known = [...custom, ...declared];
  const runtimes = ids.map(id => compared(id, experiments, known, fromFile?.namedAt(id)));
  const used = custom.filter(({ id }) => ids.includes(id));
  return { settings: { name: file?.name ?? null, experiments, custom: used.map(toCustom) }, runtimes, detections };
}

/** Returns the settings of a resumed campaign. @throws LabError `RUND_RESUME_PLAN` for an option that would change its plan */
function resumedSettings(settings: CampaignSettings, options: SettingOptions): RunSettings {
  const fixed = [...settingNames, "runtime", "handler", "runtimeFile", "detect", "pilot"] as const;
  const changed = fixed.find(name => options[name] !== undefined);
  if (changed !== undefined) {
    throw new LabError("RUND_RESUME_PLAN", "usage", "a resumed campaign keeps its plan", {
      where: flagOf(changed),
      hint: "omit the option, or measure a new campaign without --resume",
    });
  }
  const ids = [...new Set(settings.experiments.flatMap(each => each.runtimes))];
  const subjects = settings.experiments.flatMap(({ experiment }) => experimentTable[experiment].subjects?.all ?? []);
  const known = [...settings.custom.map(fromCustom), ...declared, ...subjects];
  return { settings, runtimes: ids.map(id => findRuntime(id, known)), detections: [] };
}

/**
 * Returns the declaration of the runtime with an id, or of another subject that an experiment compares, such as a snapshotter.
 *
 * @param where the place in the campaign file that names it
 */
function compared(
  id: string,
  experiments: readonly ExperimentSettings[],
  known: readonly RuntimeDeclaration[],
  where: string | undefined,
): RuntimeDeclaration {
  const own = experiments.filter(each => each.runtimes.includes(id));
  const subjects = own.flatMap(each => experimentTable[each.experiment].subjects ?? []);
  if (subjects.length === 0) return findRuntime(id, known, where);
  const found = subjects.map(each => each.all.find(one => one.id === id));
  const missing = found.indexOf(undefined);
  if (missing === -1 && subjects.length === own.length) return found[0]!;
  const { name, all } = subjects[Math.max(0, missing)]!;
  throw new LabError("RUND_SUBJECT_UNKNOWN", "usage", `no ${name} is called "${id}"`, {
    where: where ?? "--runtime",
    hint: `known: ${all.map(one => one.id).join(", ")}`,
  });
}

/** Returns the runtimes of `--runtime-file` and `--handler`. */
function customRuntimes(io: Io, { runtimeFile, handler, runtime }: SettingOptions): readonly RuntimeDeclaration[] {
  const fromFile = runtimeFile === undefined ? [] : [readRuntimeFile(resolve(io.cwd, runtimeFile))];
  if (handler === undefined) return fromFile;
  if (runtime !== undefined && runtime.length > 1) {
    throw new LabError("RUND_HANDLER", "usage", "this option applies to one runtime, but --runtime names several", {
      where: "--handler",
      hint: "name one --runtime, or none: then the handler's name becomes the runtime's id",
    });
  }
  const [id = handler.toLowerCase().replaceAll(/[^a-z0-9]/g, "")] = runtime ?? [];
  const known = [...fromFile, ...declared].find(each => each.id === id);
  if (known === undefined && runtime !== undefined) findRuntime(id, declared);
  return [...fromFile.filter(each => each !== known), { ...(known ?? unknownRuntime(id, handler)), handler }];
}

/** Returns the declaration of a runtime if only its handler is known: all processes of its sandboxes count as its memory. */
const unknownRuntime = (id: string, handler: string): RuntimeDeclaration => ({
  id,
  handler,
  label: handler,
  shim: null,
  snapshotter: null,
  config: null,
  template: null,
  guestMemoryExtraMb: 0,
  versions: [],
  processes: [],
});
