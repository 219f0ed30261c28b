import { z } from "zod";
import { experimentNames } from "../../model/experiment.js";
import { type SettingName, type SettingRule, settingNames, settingRule } from "../experiments/setting-rules.js";
import type { ExperimentWishes } from "../experiments/settings.js";
import { readYamlFile } from "../runtimes/yaml-file.js";
import { otherwiseTaken, takesSetting } from "./settings.js";

/** Returns the schema of a list with at least one value and no value twice. */
const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .min(1)
    .superRefine((values, context) => {
      const twice = values.findIndex((value, index) => values.indexOf(value) !== index);
      if (twice === -1) return;
      context.addIssue({
        code: "custom",
        path: [twice],
        message: `expected each value once, found ${values[twice]} twice`,
      });
    });

const textOf = ({ pattern, expected }: { readonly pattern?: RegExp; readonly expected?: string }) =>
  pattern === undefined ? z.string() : z.string().regex(pattern, `expected ${expected}`);

function schemaOf(rule: SettingRule): z.ZodType {
  switch (rule.value) {
    case "number":
      return z.int().min(rule.range[0]).max(rule.range[1]);
    case "numbers":
      return list(z.int().min(rule.range[0]).max(rule.range[1]));
    case "choice":
      return z.enum(rule.choices);
    case "decimal":
      return z.number().min(rule.range[0]).max(rule.range[1]);
    case "decimals": {
      const numbers = list(z.number().min(rule.range[0]).max(rule.range[1]));
      return rule.word === undefined ? numbers : z.union([z.literal(rule.word), numbers]);
    }
    case "flag":
      return z.boolean();
    case "text":
      return textOf(rule);
    case "texts":
      return list(textOf(rule));
  }
}

const settings = Object.fromEntries(settingNames.map(name => [name, schemaOf(settingRule(name)).optional()])) as Record<
  SettingName,
  z.ZodOptional<z.ZodType>
>;

const experiment = z.strictObject({
  experiment: z.enum(experimentNames),
  runtimes: list(z.string()).optional(),
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
  runtimes: list(z.string()).optional(),
  experiments: z.array(experiment.superRefine(refuseUnused)).min(1),
});

/** The content of a campaign file: its experiments, with their settings. */
export interface CampaignFile {
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
