import { z } from "zod";
import type { Frozen } from "../../campaign-files/events/fields.js";
import { definition } from "../../importers/definition.js";
import { experimentNames } from "../../model/experiment.js";
import { runtimeColours } from "../../model/runtimes.js";

const version = z.string().nullable();

/** The schema of `RunInfo`, which runs.json of a distilled folder must match. */
export const runInfo = z.strictObject({
  /** The run folder's name, `time_kata_12252108`. */
  run: z.string().min(1),
  /** The fresh campaign it is part of, by folder name; null for the original's runs. */
  campaign: z.string().nullable(),
  experiment: z.enum(experimentNames),
  runtime: z.string().min(1),
  /** The runtime's label, if the run recorded one. */
  label: z.string().exactOptional(),
  /** The colour that the runtime's declaration names, if the run recorded one. */
  colour: z.enum(runtimeColours).exactOptional(),
  /** Month, day, hour and minute as in the folder's name, `12252108`; the times in the logs contain the year. */
  recorded: z.string(),
  /** When its campaign began, as ISO 8601 in UTC; undefined if this was not recorded. */
  startedAt: z.string().exactOptional(),
  versions: z.strictObject({ kernel: version, containerd: version, crictl: version, kata: version, vmm: version }),
  /** The runtime handler of the sandboxes; undefined if this was not recorded. */
  handler: z.string().exactOptional(),
  /** The OCI runtime of the handler and its version, `crun 1.8.1`; undefined if this was not recorded. */
  ociRuntime: z.string().exactOptional(),
  /** The maximum number of blocks, if the campaign was measured until its comparison was decided. */
  lastBlock: z.int().min(1).exactOptional(),
  /** The repeat of the memory experiment, 1 for the first; undefined if runs are not repeated. */
  repeat: z.int().min(1).exactOptional(),
  /** Whether sandboxes started from a template; null if the run does not record it. */
  template: z.boolean().nullable(),
  /** Effective values that matter for a comparison: snapshotter, defaultMemoryMb, guestMemoryExtraMb, sharedFs, … */
  config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable()),
  /** The driver of the cold starts: `crictl` (the original's shell loop), `cri`, … */
  driver: z.string().nullable(),
  /** The machine in words, such as `AMD EPYC, 2 cores`; undefined if this was not recorded. */
  machine: z.string().exactOptional(),
  /** An identifier of the machine, equal for runs on the same machine; null if this was not recorded. */
  host: z.string().nullable(),
  /** Facts about that machine that can change, such as its governor; undefined if they were not recorded. */
  hostFacts: z.record(z.string(), z.string()).exactOptional(),
  /** Whether the run was played back by the replay server instead of measured. */
  replayed: z.boolean(),
  /** The definition of another tool's latencies; undefined for our own cold starts. */
  definition: definition.exactOptional(),
});

/** One run folder's circumstances. If two runs differ in one of them, it is a confound of their comparison. */
export type RunInfo = Frozen<z.infer<typeof runInfo>>;
