import { z } from "zod";
import { experimentNames } from "../../model/experiment.js";
import { type SettingName, settingNames, settingRule } from "../experiments/setting-rules.js";
import type { ExperimentWishes } from "../experiments/settings.js";
import { readYamlFile } from "../runtimes/yaml-file.js";
import { listOf, settingSchema } from "./setting-schema.js";
import { otherwiseTaken, takesSetting } from "./settings.js";

const settings = Object.fromEntries(
  settingNames.map(name => [name, settingSchema(settingRule(name)).optional()]),
) as Record<SettingName, z.ZodOptional<z.ZodType>>;

const experiment = z.strictObject({
  experiment: z.enum(experimentNames),
  runtimes: listOf(z.string(), "runtime").optional(),
  ...settings,
});

/** Refuses a setting that an experiment does not have. */
function refuseUnused(wishes: z.output<typeof experiment>, context: z.core.$RefinementCtx): void {
  for (const name of settingNames) {
    if (wishes[name] === undefined || takesSetting(wishes.experiment, name)) continue;
    const message = `the ${wishes.experiment} experiment has no ${name}; ${otherwiseTaken(wishes.experiment, name)}`;
    context.addIssue({ code: "custom", path: [name], message });
  }
}

const campaign = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "expected letters, digits, dots and dashes"),
  runtimes: listOf(z.string(), "runtime").optional(),
  experiments: z.array(experiment.superRefine(refuseUnused)).min(1),
});

/** The content of a campaign file: its experiments, with their settings. */
interface CampaignFile {
  readonly name: string;
  readonly experiments: readonly ExperimentWishes[];
  /** File and line in which a runtime is named. */
  namedAt(runtime: string): string;
}

/**
 * Reads a campaign file (YAML). An experiment's own `runtimes` override those of the whole file.
 *
 * @throws LabError `RUND_CAMPAIGN_FILE` with file and line, and the nearest key for a misspelt one
 */
export function readCampaignFile(file: string): CampaignFile {
  const keys = [...Object.keys(campaign.shape), ...Object.keys(experiment.shape)];
  const { content, where } = readYamlFile(file, campaign, "RUND_CAMPAIGN_FILE", keys);
  const { name, runtimes, experiments } = content;
  return {
    name,
    experiments: experiments.map(each => ({ ...(each as ExperimentWishes), runtimes: each.runtimes ?? runtimes })),
    namedAt(runtime) {
      const at = experiments.findIndex(each => each.runtimes?.includes(runtime));
      const [path, ids = []] = at === -1 ? [[], runtimes] : [["experiments", at], experiments[at]!.runtimes];
      return where([...path, "runtimes", ids.indexOf(runtime)]);
    },
  };
}
