import { z } from "zod";
import { readYamlFile } from "../runtimes/yaml-file.js";
import { axes, type ExperimentWishes, experimentKinds, ranges } from "./settings.js";

const whole = (name: string) => {
  const [least, most] = ranges[name]!;
  return z.int().min(least).max(most);
};

/** At least one value, each once. */
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

const shared = {
  rounds: whole("rounds").optional(),
  warmup: whole("warmup").optional(),
  blocks: whole("blocks").optional(),
  order: z.enum(["shuffled", "grid"]).optional(),
  seed: whole("seed").optional(),
  timeout: whole("timeout").optional(),
  prepare: z.string().optional(),
  runtimes: list(z.string()).optional(),
};

const experiment = z.strictObject({
  experiment: z.enum(experimentKinds),
  concurrency: list(whole("concurrency")).optional(),
  density: list(whole("density")).optional(),
  memory: list(whole("memory")).optional(),
  ...shared,
});

/** An axis that an experiment's grid does not have. */
function refuseUnused(wishes: z.output<typeof experiment>, context: z.core.$RefinementCtx): void {
  const own = axes[wishes.experiment];
  for (const axis of ["concurrency", "density", "memory"] as const) {
    if (wishes[axis] === undefined || own.includes(axis)) continue;
    const message = `the ${wishes.experiment} experiment has none; its grid is ${own.join(" × ")}`;
    context.addIssue({ code: "custom", path: [axis], message });
  }
}

const campaign = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "expected letters, digits, dots and dashes"),
  runtimes: list(z.string()).optional(),
  experiments: z.array(experiment.superRefine(refuseUnused)).min(1),
});

/** A campaign file's content: experiments as they are wished for there. */
export interface CampaignFile {
  readonly name: string;
  readonly experiments: readonly ExperimentWishes[];
  /** File and line at which a runtime is named. */
  namedAt(runtime: string): string;
}

/**
 * Reads a campaign file (YAML). An experiment's own `runtimes` come before those of the whole file.
 *
 * @throws LabError `RUND_CAMPAIGN_FILE` with file and line, and for a misspelt key the one that is near
 */
export function readCampaignFile(file: string): CampaignFile {
  const keys = [...Object.keys(campaign.shape), ...Object.keys(experiment.shape)];
  const { content, where } = readYamlFile(file, campaign, "RUND_CAMPAIGN_FILE", keys);
  const { name, runtimes, experiments } = content;
  return {
    name,
    experiments: experiments.map(each => ({ ...each, runtimes: each.runtimes ?? runtimes })),
    namedAt(runtime) {
      const at = experiments.findIndex(each => each.runtimes?.includes(runtime));
      const [path, ids = []] = at === -1 ? [[], runtimes] : [["experiments", at], experiments[at]!.runtimes];
      return where([...path, "runtimes", ids.indexOf(runtime)]);
    },
  };
}
