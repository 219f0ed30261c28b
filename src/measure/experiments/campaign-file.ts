import { z } from "zod";
import { readYamlFile } from "../runtimes/yaml-file.js";
import { type ExperimentWishes, experimentKinds, ranges } from "./settings.js";

const whole = (name: string) => {
  const [least, most] = ranges[name]!;
  return z.int().min(least).max(most);
};

const shared = {
  rounds: whole("rounds").optional(),
  warmup: whole("warmup").optional(),
  blocks: whole("blocks").optional(),
  order: z.enum(["shuffled", "grid"]).optional(),
  seed: whole("seed").optional(),
  timeout: whole("timeout").optional(),
  prepare: z.string().optional(),
  runtimes: z.array(z.string()).min(1).optional(),
};

const experiment = z.strictObject({
  experiment: z.enum(experimentKinds),
  concurrency: z.array(whole("concurrency")).min(1).optional(),
  density: z.array(whole("density")).min(1).optional(),
  memory: z.array(whole("memory")).min(1).optional(),
  ...shared,
});

const campaign = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]*$/, "expected letters, digits, dots and dashes"),
  runtimes: z.array(z.string()).min(1).optional(),
  experiments: z.array(experiment).min(1),
});

/** A campaign file's content: experiments as they are wished for there. */
export interface CampaignFile {
  readonly name: string;
  readonly experiments: readonly ExperimentWishes[];
}

/**
 * Reads a campaign file (YAML). An experiment's own `runtimes` come before those of the whole file.
 *
 * @throws LabError `RUND_CAMPAIGN_FILE` with file and line, and for a misspelt key the one that is near
 */
export function readCampaignFile(file: string): CampaignFile {
  const keys = [...Object.keys(campaign.shape), ...Object.keys(experiment.shape)];
  const { name, runtimes, experiments } = readYamlFile(file, campaign, "RUND_CAMPAIGN_FILE", keys);
  return { name, experiments: experiments.map(each => ({ ...each, runtimes: each.runtimes ?? runtimes })) };
}
